import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A real HTTP server on loopback that answers as a test says. */
export interface LoopbackServer {
  url: string;
  /** What was asked, in order: path with query. */
  asked: string[];
  /** The `authorization` headers that came. */
  authorizations: (string | undefined)[];
  close(): Promise<void>;
}

/** Starts one on a free port. */
export async function loopbackServer(
  answer: (request: IncomingMessage, response: ServerResponse, url: URL) => void,
): Promise<LoopbackServer> {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    authorizations.push(request.headers.authorization);
    answer(request, response, new URL(request.url ?? '/', 'http://loopback'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    authorizations,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers JSON. */
export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
