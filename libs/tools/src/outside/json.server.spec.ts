import { afterEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { ToolError } from '../tool.js';
import { JsonServer, type JsonServerOptions } from './json.server.js';
import { json, loopbackServer, type LoopbackServer } from './testing/loopback.server.js';

let server: LoopbackServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function failureOf(
  answer: (response: ServerResponse) => void,
  options: Partial<JsonServerOptions> = {},
): Promise<ToolError> {
  server = await loopbackServer((_, response) => answer(response));
  return asked(server.url, options);
}

async function asked(url: string, options: Partial<JsonServerOptions> = {}): Promise<ToolError> {
  const one = new JsonServer({ name: 'Prometheus', url, setting: 'tools.prometheus.url', timeoutMs: 5000, ...options });
  const parameters = new URLSearchParams({ query: 'secret-in-query' });
  const error: unknown = await one
    .get('/api/v1/x', parameters, new AbortController().signal)
    .catch((each: unknown) => each);
  expect(error).toBeInstanceOf(ToolError);
  const { message } = error as ToolError;
  expect(message).not.toContain('secret-in-query');
  expect(message).not.toContain('\n');
  return error as ToolError;
}

describe('a server of somebody else', () => {
  it('that does not listen is said, with its address and what to do', async () => {
    const error = await asked('http://127.0.0.1:1');

    expect(error.message).toMatch(/Prometheus at http:\/\/127\.0\.0\.1:1 cannot be reached.*headroom doctor/);
    expect(error.retryable).toBe(true);
  });

  it('that hangs is left after the time limit', async () => {
    const error = await failureOf(() => undefined, { timeoutMs: 150 });

    expect(error.message).toContain('no whole answer within 0.15 s');
    expect(error.retryable).toBe(true);
  });

  it('that begins an answer and stops is left after the time limit', async () => {
    const error = await failureOf(
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"status":');
      },
      { timeoutMs: 150 },
    );

    expect(error.message).toContain('no whole answer within 0.15 s');
  });

  it('whose answer never ends is left at the bound, and nothing of it is used', async () => {
    const closed = new AbortController();
    const error = await failureOf(
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const more = (): void => {
          while (!closed.signal.aborted && response.write('['.repeat(16_384)));
        };
        response.on('drain', more).on('close', () => closed.abort());
        more();
      },
      { maxBytes: 256 * 1024 },
    );

    expect(error.message).toContain('more than 256 KiB, of which nothing was used');
    while (!closed.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it('that answers a page instead of JSON is said', async () => {
    const error = await failureOf((response) => {
      response.writeHead(502, { 'content-type': 'text/html; charset=utf-8' });
      response.end('<html>Bad gateway</html>');
    });

    expect(error.message).toMatch(/502 with something that is not JSON \(text\/html\).*tools\.prometheus\.url/);
  });

  it('that redirects is not followed, so that no token goes elsewhere', async () => {
    const error = await failureOf(
      (response) => response.writeHead(302, { location: 'http://elsewhere.example/login?x=1' }).end(),
      { token: 'a-token' },
    );

    expect(error.message).toContain('redirects to http://elsewhere.example, which is not followed');
    expect(server?.asked).toHaveLength(1);
  });

  it.each([
    [undefined, 'asks for a token'],
    ['wrong', 'refuses the token'],
  ])('that refuses (token %s) is said, without the token', async (token, words) => {
    const error = await failureOf((response) => json(response, 401, { message: 'no' }), { token });

    expect(error.message).toContain(words);
    expect(error.message).toContain('tools.prometheus.tokenEnv');
    expect(error.message).not.toContain('wrong');
    expect(server?.authorizations).toEqual([token === undefined ? undefined : 'Bearer wrong']);
  });

  it.each([
    [{ 'retry-after': '17' }, 'in 17 s'],
    [{ 'ratelimit-reset': '42' }, 'in 42 s'],
    [{}, 'in a minute'],
  ])('that takes no more requests says when to come again (%o)', async (headers, words) => {
    const error = await failureOf((response) => json(response, 429, {}, headers as Record<string, string>));

    expect(error.message).toContain(`429); try again ${words}`);
    expect(error.retryable).toBe(true);
  });

  it('is left when the caller leaves', async () => {
    server = await loopbackServer(() => undefined);
    const leaving = new AbortController();
    const one = new JsonServer({ name: 'Prometheus', url: server.url, setting: 'tools.prometheus.url' });
    const asking = one.get('/x', new URLSearchParams(), leaving.signal);
    leaving.abort(new Error('left'));

    await expect(asking).rejects.toThrow('left');
  });
});
