import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Where a {@link TcpProxy} leads. */
export interface ProxyTarget {
  host?: string;
  port: number;
}

type Flow = 'pass' | 'drop';

/**
 * Stands between a client and a server on loopback and disturbs what flows: requests or responses are swallowed, or
 * connections are cut. Starts by passing everything.
 */
export class TcpProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  #requests: Flow = 'pass';
  #responses: Flow = 'pass';
  #delayMs = 0;

  private constructor(server: Server, target: ProxyTarget) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client: Socket) => this.#join(client, target));
  }

  /** Listens on a free loopback port. */
  static async start(target: ProxyTarget): Promise<TcpProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, target);
  }

  #join(client: Socket, { host = '127.0.0.1', port }: ProxyTarget): void {
    const server = connect(port, host);
    this.#forward(client, server, () => this.#requests);
    this.#forward(server, client, () => this.#responses);
  }

  #forward(from: Socket, to: Socket, flow: () => Flow): void {
    this.#connections.add(from);
    from.setNoDelay(true);
    from.on('data', (chunk: Buffer) => {
      if (flow() === 'drop') return;
      if (this.#delayMs === 0) to.write(chunk);
      else setTimeout(() => to.destroyed || to.write(chunk), this.#delayMs);
    });
    // A side that breaks takes the other with it; the error is what the test asked for.
    from.on('error', () => from.destroy());
    from.on('close', () => {
      this.#connections.delete(from);
      to.destroy();
    });
  }

  /** What clients send goes nowhere; connections stay open. */
  dropRequests(): void {
    this.#requests = 'drop';
  }

  /** Requests arrive, their answers go nowhere; connections stay open. */
  dropResponses(): void {
    this.#responses = 'drop';
  }

  /** Holds each piece back for a while, in both directions. @param ms 0 ends it for what comes next */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Passes everything again. Connections that have lost bytes are of no use any more: cut them as well. */
  pass(): void {
    this.#requests = 'pass';
    this.#responses = 'pass';
    this.#delayMs = 0;
  }

  /** Breaks the open connections; new ones are taken. */
  cut(): void {
    for (const socket of this.#connections) socket.destroy();
  }

  /** Ends everything and lets the port go. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }
}

/** A port of loopback on which nothing listens now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
