import type { IncomingHttpHeaders } from 'node:http';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { mediaTypeOf } from '../http/request.body.js';

/** A profile as it was uploaded. */
export interface ProfileBody {
  /** Text of the `.cpuprofile`. */
  profile: string;
  /** Files that came along, by their path in the repository. */
  files: Map<string, string>;
}

/** Part of a multipart body that holds the profile. */
const PROFILE_PART = 'profile';

async function partsOf(headers: IncomingHttpHeaders, body: Buffer): Promise<FormData> {
  try {
    const type = { 'content-type': headers['content-type'] ?? '' };
    return await new Response(new Uint8Array(body), { headers: type }).formData();
  } catch (error) {
    throw new HeadroomError(`The body is no multipart form: ${messageOf(error)}`, {
      code: 'HEADROOM_BODY_INVALID',
      cause: error,
    });
  }
}

async function multipart(headers: IncomingHttpHeaders, body: Buffer): Promise<ProfileBody> {
  const files = new Map<string, string>();
  for (const [name, part] of (await partsOf(headers, body)).entries()) {
    files.set(name, typeof part === 'string' ? part : await part.text());
  }
  const profile = files.get(PROFILE_PART);
  files.delete(PROFILE_PART);
  if (profile !== undefined) return { profile, files };
  throw new HeadroomError(
    `The form has no part "${PROFILE_PART}". Put the .cpuprofile there; every other part is named by the file's path in the repository.`,
    { code: 'HEADROOM_BODY_INVALID' },
  );
}

/**
 * Reads an uploaded profile.
 * @throws HeadroomError `HEADROOM_BODY_INVALID`, `HEADROOM_MEDIA_TYPE_UNSUPPORTED`
 */
export async function profileOfRequest(headers: IncomingHttpHeaders, body: Buffer): Promise<ProfileBody> {
  const mediaType = mediaTypeOf(headers);
  if (mediaType === 'multipart/form-data') return multipart(headers, body);
  if (mediaType === 'application/json') return { profile: body.toString('utf8'), files: new Map() };
  throw new HeadroomError(
    `"${mediaType}" is not taken here; send the .cpuprofile as application/json, or as a part of multipart/form-data.`,
    { code: 'HEADROOM_MEDIA_TYPE_UNSUPPORTED' },
  );
}
