import { HeadroomError } from '@headroom/contracts';

/** Most bytes that are read of one answer. */
const ANSWER_LIMIT_BYTES = 10 * 1024 * 1024;

/** As `fetch`, but an answer ends with an error once it is larger than any tool's answer may be. */
export async function boundedFetch(url: string | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (!response.body) return response;
  let read = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      read += chunk.byteLength;
      if (read <= ANSWER_LIMIT_BYTES) controller.enqueue(chunk);
      else {
        const message = `The answer is larger than ${ANSWER_LIMIT_BYTES} bytes; ask for less`;
        controller.error(new HeadroomError(message, { code: 'HEADROOM_TOOL_ANSWER_TOO_LARGE' }));
      }
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(count), { status, statusText, headers });
}
