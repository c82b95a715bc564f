import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const KEEP_ALIVE_MS = 60_000;

/**
 * The connections of one client. A client that is given up goes on trying inside: when its connections are ended here,
 * nothing of it reaches a broker any more, whatever it still tries.
 */
export class ClientSockets {
  readonly #open = new Set<Socket>();
  #ended = false;

  readonly factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    if (this.#ended) throw new Error('the client was given up');
    // The typings promise TLS options; without TLS the client passes none.
    const encrypted = ssl as typeof ssl | undefined;
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = encrypted
      ? connectTls({ host, port, ...name, ...encrypted }, onConnect)
      : connectPlain({ host, port }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    return socket;
  };

  /** Breaks every connection and allows no other. */
  end(): void {
    this.#ended = true;
    // Only an error makes the client give up the requests that wait.
    for (const socket of this.#open) socket.destroy(new Error('the client was given up'));
  }
}
