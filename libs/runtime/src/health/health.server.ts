import { createServer, type ServerResponse } from 'node:http';
import { isIPv6, type AddressInfo } from 'node:net';
import { HeadroomError, messageOf } from '@headroom/contracts';
import type { Registry } from 'prom-client';
import { liveness, readiness, type HealthAnswer, type HealthSource } from './stage.health.js';

/** Options of {@link startHealthServer}. */
export interface HealthServerOptions {
  /** Address to listen on, for example `127.0.0.1`. */
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** The stages of this process as they are now. */
  sources: () => readonly HealthSource[];
  registry: Registry;
}

/** Answers `/health/live`, `/health/ready` and `/metrics`. */
export interface HealthServer {
  /** For example `http://127.0.0.1:9464`. */
  readonly url: string;
  close(): Promise<void>;
}

/** The URL of an address that is listened on; an IPv6 address gets its brackets. */
export function httpUrl(host: string, port: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function send(response: ServerResponse, { status, body }: HealthAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

async function sendMetrics(response: ServerResponse, registry: Registry): Promise<void> {
  try {
    const text = await registry.metrics();
    response.writeHead(200, { 'content-type': registry.contentType });
    response.end(text);
  } catch (error) {
    response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(`The metrics cannot be read: ${messageOf(error)}\n`);
  }
}

/**
 * Serves health and metrics of a process that has no HTTP of its own.
 * @throws HeadroomError `HEADROOM_HTTP_ADDRESS_UNAVAILABLE` where the address cannot be listened on
 */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { host, port, sources, registry } = options;
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/health/live') send(response, liveness(sources()));
    else if (path === '/health/ready') send(response, readiness(sources()));
    else if (path === '/metrics') void sendMetrics(response, registry);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const message = `Nothing can listen on ${host}:${port} (${messageOf(error)}). Choose another address with --http.`;
      reject(new HeadroomError(message, { code: 'HEADROOM_HTTP_ADDRESS_UNAVAILABLE', cause: error }));
    });
    server.listen(port, host, resolve);
  });
  const close = (): Promise<void> =>
    new Promise((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()));
      server.closeAllConnections();
    });
  let closing: Promise<void> | undefined;
  const { port: taken } = server.address() as AddressInfo;
  return { url: httpUrl(host, taken), close: () => (closing ??= close()) };
}
