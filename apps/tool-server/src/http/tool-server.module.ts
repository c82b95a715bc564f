import type { IncomingMessage, ServerResponse } from 'node:http';
import { liveness, readiness, type HealthAnswer, type HealthSource } from '@headroom/runtime';
import { toNodeHandler, type NodeMcpRequestHandler } from '@modelcontextprotocol/node';
import {
  All,
  Catch,
  Controller,
  Get,
  Header,
  Inject,
  Module,
  NotFoundException,
  Req,
  Res,
  type ArgumentsHost,
  type DynamicModule,
  type ExceptionFilter,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { McpHttpHandler } from '@modelcontextprotocol/server';
import type { Registry } from 'prom-client';

const MCP_HANDLER = Symbol('the protocol');
const HEALTH = Symbol('how the process is');
const METRICS = Symbol('metrics');

/** What the module is made from. */
export interface ToolServerModuleParts {
  handler: McpHttpHandler;
  /** Largest body, bytes. */
  bodyLimit: number;
  health: () => readonly HealthSource[];
  registry: Registry;
  onError: (error: Error) => void;
}

@Controller()
class McpController {
  readonly #handle: NodeMcpRequestHandler;

  constructor(@Inject(MCP_HANDLER) handle: NodeMcpRequestHandler) {
    this.#handle = handle;
  }

  @All('mcp')
  answer(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    return this.#handle(request, response);
  }
}

/** For orchestrators and scrapers; says nothing that needs the token. */
@Controller()
class HealthController {
  readonly #sources: () => readonly HealthSource[];
  readonly #registry: Registry;

  constructor(@Inject(HEALTH) sources: () => readonly HealthSource[], @Inject(METRICS) registry: Registry) {
    this.#sources = sources;
    this.#registry = registry;
  }

  @Get('health/live')
  live(@Res({ passthrough: true }) response: ServerResponse): HealthAnswer['body'] {
    return this.#answer(liveness(this.#sources()), response);
  }

  @Get('health/ready')
  ready(@Res({ passthrough: true }) response: ServerResponse): HealthAnswer['body'] {
    return this.#answer(readiness(this.#sources()), response);
  }

  #answer({ status, body }: HealthAnswer, response: ServerResponse): HealthAnswer['body'] {
    response.statusCode = status;
    return body;
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** Whoever leaves the path of the protocol out is told where it is. */
@Catch(NotFoundException)
class NowhereFilter implements ExceptionFilter {
  catch(error: NotFoundException, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<ServerResponse>();
    const detail = `${error.message}. The tools are at /mcp, by the Model Context Protocol.`;
    response.writeHead(404, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ title: 'Not Found', status: 404, code: 'HEADROOM_ROUTE_NOT_FOUND', detail }));
  }
}

/** The protocol at `/mcp`, health and metrics beside it. */
@Module({})
export class ToolServerModule {
  static register({ handler, bodyLimit, health, registry, onError }: ToolServerModuleParts): DynamicModule {
    const handle = toNodeHandler(handler, { maxRequestBodySize: bodyLimit, onerror: onError });
    return {
      module: ToolServerModule,
      controllers: [McpController, HealthController],
      providers: [
        { provide: MCP_HANDLER, useValue: handle },
        { provide: HEALTH, useValue: health },
        { provide: METRICS, useValue: registry },
        { provide: APP_FILTER, useClass: NowhereFilter },
      ],
    };
  }
}
