import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createApp, type App, type AppResponse } from './app.ts';
import { readConfig } from './config.ts';
import { rootLogger } from './logging.ts';
import { logRequests } from './request-log.ts';

const MAX_BODY_BYTES = 64 * 1024;
const log = rootLogger.child('server');

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new RangeError('body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function answer(app: App, request: IncomingMessage): Promise<AppResponse> {
  const { method = 'GET', url = '/' } = request;
  if (method === 'GET') return app({ method, url });
  try {
    const text = await readBody(request);
    return app({ method, url, body: text === '' ? undefined : JSON.parse(text) });
  } catch {
    return { status: 400, body: { error: 'the body must be JSON of at most 64 kB' } };
  }
}

async function handle(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, body } = await answer(app, request);
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

const config = readConfig();
const app = logRequests(createApp(config));
const server = createServer((request, response) => {
  handle(app, request, response).catch((error: unknown) => {
    log.error('response failed', { reason: String(error) });
    response.destroy();
  });
});

server.listen(config.port, config.host, () => log.info('listening', { host: config.host, port: config.port }));

process.once('SIGTERM', () => {
  log.info('stopping');
  server.close();
  server.closeIdleConnections();
});
