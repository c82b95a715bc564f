import 'reflect-metadata';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpUrl } from '@headroom/runtime';
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

/** Where a gateway listens. */
export interface GatewayAddress {
  /** Address of an interface. @default '127.0.0.1', reachable from this machine only */
  host?: string;
  /** @default 0, a free one */
  port?: number;
}

/** Listens; every call but health and metrics needs the token. */
export async function startGateway(parts: GatewayParts, address: GatewayAddress = {}): Promise<Gateway> {
  const host = address.host ?? '127.0.0.1';
  const app = await NestFactory.create<NestExpressApplication>(GatewayModule.register(parts), {
    logger: new NestLogger(parts.logger),
    abortOnError: false,
    bodyParser: false,
  });
  app.useBodyParser('text', { type: EVENT_MEDIA_TYPES, limit: EVENTS_LIMIT });
  app.useBodyParser('raw', { type: (request: IncomingMessage) => request.method === 'PUT', limit: BLOB_LIMIT });
  app.disable('x-powered-by');
  await app.listen(address.port ?? 0, host);
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { url: httpUrl(host, port), close: () => app.close() };
}
