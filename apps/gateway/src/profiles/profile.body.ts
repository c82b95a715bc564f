import type { IncomingHttpHeaders } from 'node:http';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { mediaTypeOf } from '../http/request.body.js';

/** A profile as it was uploaded. */
export interface ProfileBody {
  /** Bytes of the profile, as its profiler wrote them. */
  profile: Uint8Array;
  /** Files that came along, by their path in the repository. */
  files: Map<string, string>;
}

/** Part of a multipart body that holds the profile. */
const PROFILE_PART = 'profile';

/** Media types of a bare profile; which format it is, its content tells. */
const PROFILE_MEDIA_TYPES = ['application/json', 'application/octet-stream', 'application/gzip', 'text/plain'];

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
  let profile: Uint8Array | undefined;
  for (const [name, part] of (await partsOf(headers, body)).entries()) {
    if (name === PROFILE_PART) profile = typeof part === 'string' ? Buffer.from(part) : await part.bytes();
    else files.set(name, typeof part === 'string' ? part : await part.text());
  }
  if (profile !== undefined) return { profile, files };
  throw new HeadroomError(
    `The form has no part "${PROFILE_PART}". Put the profile there; every other part is named by the file's path in the repository.`,
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
  if (PROFILE_MEDIA_TYPES.includes(mediaType)) return { profile: body, files: new Map() };
  throw new HeadroomError(
    `"${mediaType}" is not taken here; send the profile as ${PROFILE_MEDIA_TYPES.join(', ')}, or as a part of multipart/form-data.`,
    { code: 'HEADROOM_MEDIA_TYPE_UNSUPPORTED' },
  );
}
