import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { httpUrl, type HealthSource } from '@headroom/runtime';
import { NestLogger } from '@headroom/runtime/nest';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Registry } from 'prom-client';
import { mcpFactory, type McpOptions } from '../mcp/mcp.factory.js';
import { accessGuard, refuseOpenDoor, type AccessOptions } from './access.js';
import { ToolServerModule } from './tool-server.module.js';

/** Path of the protocol on the server. */
export const MCP_PATH = '/mcp';
/** Largest request; arguments of tools are small. */
const BODY_LIMIT_BYTES = 1024 * 1024;
/** How long calls that are under way may take when the server stops; then their connections are cut. */
const CLOSE_GRACE_MS = 5000;

/** What a tool-server is made from. */
export interface ToolServerParts extends McpOptions, Partial<AccessOptions> {
  /** 0 takes a free one. @default 0 */
  port?: number;
  /** How the process is. @default joined */
  health?: () => readonly HealthSource[];
  /** @default one of its own */
  registry?: Registry;
}

/** A listening tool-server. */
export interface ToolServer {
  /** For example `http://127.0.0.1:41874`; the protocol is at `/mcp`. */
  readonly url: string;
  /** Tells clients that listen that there are other tools now. */
  toolsChanged(): void;
  /** Ends open calls, then stops listening. Idempotent. */
  close(): Promise<void>;
}

const joined: HealthSource = { group: 'tool-server', status: 'RUNNING', joined: true, problems: new Map() };

async function listen(app: NestExpressApplication, host: string, port: number): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    const message = `Nothing can listen on ${host}:${port} (${messageOf(error)}). Choose another address.`;
    throw new HeadroomError(message, { code: 'HEADROOM_HTTP_ADDRESS_UNAVAILABLE', cause: error });
  }
}

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
 * Serves tools by the Model Context Protocol over HTTP: revision 2026-07-28 and the era before it at one address.
 * @throws HeadroomError `HEADROOM_TOOL_SERVER_TOKEN_REQUIRED`, `HEADROOM_HTTP_ADDRESS_UNAVAILABLE`
 */
export async function startToolServer(parts: ToolServerParts): Promise<ToolServer> {
  const { logger, host = '127.0.0.1', port: wanted = 0, registry = new Registry(), health = () => [joined] } = parts;
  // An empty text is no secret.
  const access: AccessOptions = { ...parts, host, token: parts.token === '' ? undefined : parts.token };
  refuseOpenDoor(access);
  const onError = (error: Error) => logger.debug({ err: error }, 'request refused');
  const handler = createMcpHandler(mcpFactory(parts), {
    legacy: 'stateless',
    responseMode: 'auto',
    maxRequestBodySize: BODY_LIMIT_BYTES,
    onerror: onError,
  });
  const module = ToolServerModule.register({ handler, bodyLimit: BODY_LIMIT_BYTES, health, registry, onError });
  const app = await NestFactory.create<NestExpressApplication>(module, {
    logger: new NestLogger(logger),
    abortOnError: false,
    bodyParser: false,
  });
  app.disable('x-powered-by');
  app.use(MCP_PATH, accessGuard(access));
  await listen(app, host, wanted);
  const { port } = app.getHttpServer().address() as AddressInfo;
  const close = async (): Promise<void> => {
    await handler.close();
    await closeApp(app);
  };
  let closing: Promise<void> | undefined;
  return {
    url: httpUrl(host, port),
    toolsChanged: () => handler.notify.toolsChanged(),
    close: () => (closing ??= close()),
  };
}
