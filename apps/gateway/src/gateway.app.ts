import 'reflect-metadata';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NestLogger } from '@headroom/runtime/nest';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { EVENT_MEDIA_TYPES } from './event.body.js';
import { GatewayModule, type GatewayParts } from './gateway.module.js';

/** Largest body of `POST /v1/events`, as body-parser writes it. */
const EVENTS_LIMIT = '8mb';
/** Largest blob. */
const BLOB_LIMIT = '64mb';

/** A listening gateway. */
export interface Gateway {
  /** For example `http://127.0.0.1:41873`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on loopback only; port 0 takes a free one. */
export async function startGateway(parts: GatewayParts, options: { port?: number } = {}): Promise<Gateway> {
  const app = await NestFactory.create<NestExpressApplication>(GatewayModule.register(parts), {
    logger: new NestLogger(parts.logger),
    abortOnError: false,
    bodyParser: false,
  });
  app.useBodyParser('text', { type: EVENT_MEDIA_TYPES, limit: EVENTS_LIMIT });
  app.useBodyParser('raw', { type: (request: IncomingMessage) => request.method === 'PUT', limit: BLOB_LIMIT });
  app.disable('x-powered-by');
  await app.listen(options.port ?? 0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => app.close() };
}
