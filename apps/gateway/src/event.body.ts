import { HeadroomError, messageOf } from '@headroom/contracts';

/** How a body of `POST /v1/events` may be written: one structured CloudEvent, or a batch. */
export const EVENT_MEDIA_TYPES = ['application/cloudevents+json', 'application/cloudevents-batch+json'];

/**
 * The values of a request body, not yet validated.
 * @throws HeadroomError `HEADROOM_BODY_INVALID`, `HEADROOM_MEDIA_TYPE_UNSUPPORTED`
 */
export function eventsOfBody(mediaType: string, body: unknown): unknown[] {
  if (!EVENT_MEDIA_TYPES.includes(mediaType)) {
    throw new HeadroomError(`"${mediaType}" is not taken here; send one of ${EVENT_MEDIA_TYPES.join(', ')}.`, {
      code: 'HEADROOM_MEDIA_TYPE_UNSUPPORTED',
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(typeof body === 'string' ? body : '');
  } catch (error) {
    throw new HeadroomError(`The body is not JSON: ${messageOf(error)}`, {
      code: 'HEADROOM_BODY_INVALID',
      cause: error,
    });
  }
  if (mediaType === 'application/cloudevents+json') return [value];
  if (Array.isArray(value)) return value;
  throw new HeadroomError('A batch is a JSON array of events.', { code: 'HEADROOM_BODY_INVALID' });
}
