import 'reflect-metadata';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HeadroomError } from '@headroom/contracts';
import { httpUrl } from '@headroom/runtime';
import { NestLogger } from '@headroom/runtime/nest';
import { StandardSchemaValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { accessMiddleware, isLoopback } from './http/access.middleware.js';
import { GatewayModule, type GatewayParts } from './gateway.module.js';
import { Profiles } from './profiles/profile.service.js';
import { ProfilePuller } from './pulling/profile.puller.js';
import { issuesBelow } from './http/request.body.js';
import { routeList, type RouteSpec } from './http/route.table.js';

/** How long requests that are under way may take when the gateway stops; then their connections are cut. */
const CLOSE_GRACE_MS = 5000;

/** A listening gateway. */
export interface Gateway {
  /** For example `http://127.0.0.1:41873`. */
  readonly url: string;
  /** Ends open streams, then stops listening. Idempotent. */
  close(): Promise<void>;
}

/** Where a gateway listens. */
export interface ListenOptions {
  /** Address to listen on; anything but loopback needs a token. @default '127.0.0.1' */
  host?: string;
  /** 0 takes a free one. @default 0 */
  port?: number;
}

function refuseOpenDoor(host: string, token: string | undefined): void {
  if (token !== undefined || isLoopback(host)) return;
  throw new HeadroomError(
    `The gateway does not listen on ${host} without a token: everybody there could publish and read. Set HEADROOM_TOKEN, or listen on 127.0.0.1.`,
    { code: 'HEADROOM_GATEWAY_TOKEN_REQUIRED' },
  );
}

function isRequestOf(route: RouteSpec): (request: IncomingMessage) => boolean {
  const pattern = new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`, 'i');
  return ({ method, url = '' }) => method === route.method && pattern.test(url.split('?')[0] ?? '');
}

function tooLarge(limit: number): HeadroomError {
  return new HeadroomError(
    `The body is above the limit of this route, ${limit} bytes. Send several smaller requests, and large payloads as blobs.`,
    { code: 'HEADROOM_BODY_TOO_LARGE' },
  );
}

/** Bodies are read as bytes, by the limit that the route table sets. */
function useBodies(app: NestExpressApplication): void {
  for (const [, route] of routeList) {
    if (!route.body) continue;
    const { limit } = route.body;
    const isRequest = isRequestOf(route);
    // The body parser reads off what it refuses; what says that it is too large need not be sent.
    app.use((request: IncomingMessage, _response: unknown, next: (error?: unknown) => void) => {
      const isTooLarge = isRequest(request) && Number(request.headers['content-length'] ?? 0) > limit;
      next(isTooLarge ? tooLarge(limit) : undefined);
    });
    app.useBodyParser('raw', { type: isRequest, limit });
  }
}

function queryPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({
    exceptionFactory: (found) => {
      const issues = issuesBelow('$query', found);
      const detail = issues.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
      return new HeadroomError(detail, { code: 'HEADROOM_QUERY_INVALID', details: { issues } });
    },
  });
}

/** Connections whose stream has ended idle on, and a client that does not read holds its own for ever. */
async function closeApp(app: NestExpressApplication): Promise<void> {
  const server = app.getHttpServer();
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(cut);
  }
}

/**
 * Starts the HTTP side of the gateway.
 * @throws HeadroomError `HEADROOM_GATEWAY_TOKEN_REQUIRED` for an address that others reach, without a token
 */
export async function startGateway(parts: GatewayParts, options: ListenOptions = {}): Promise<Gateway> {
  const { host = '127.0.0.1', port: wanted = 0 } = options;
  // An empty text is no secret.
  const token = parts.token === '' ? undefined : parts.token;
  refuseOpenDoor(host, token);
  const app = await NestFactory.create<NestExpressApplication>(GatewayModule.register(parts), {
    logger: new NestLogger(parts.logger),
    abortOnError: false,
    bodyParser: false,
  });
  app.disable('x-powered-by');
  app.use(accessMiddleware(token));
  useBodies(app);
  app.useGlobalPipes(queryPipe());
  const puller = parts.pull && new ProfilePuller(parts.pull, { ...parts, profiles: app.get(Profiles) });
  await app.listen(wanted, host);
  puller?.start();
  const { port } = app.getHttpServer().address() as AddressInfo;
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await Promise.all([puller?.close(), closeApp(app)]);
  };
  return { url: httpUrl(host, port), close: () => (closing ??= close()) };
}
