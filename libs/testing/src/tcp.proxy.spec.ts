import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TcpProxy } from './tcp.proxy.js';

let server: Server;
let received: string[];
let arrivals: EventEmitter;
let proxy: TcpProxy;
let client: ReturnType<typeof connected>;

/** A server that answers `pong` to whatever comes. */
beforeEach(async () => {
  received = [];
  arrivals = new EventEmitter();
  server = createServer((socket) => {
    socket.on('data', (chunk) => {
      received.push(chunk.toString());
      arrivals.emit(chunk.toString());
      socket.write('pong');
    });
    socket.on('error', () => socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await TcpProxy.start({ port: (server.address() as AddressInfo).port });
  client = connected();
});

afterEach(async () => {
  client.socket.destroy();
  await proxy.close();
  server.close();
});

/** A client whose connection may break: what it gets, and its end. */
function connected(): { socket: Socket; chunks: string[]; closed: Promise<void> } {
  const socket = connect(proxy.port, '127.0.0.1');
  const chunks: string[] = [];
  socket.on('data', (chunk) => chunks.push(chunk.toString()));
  socket.on('error', () => socket.destroy());
  return { socket, chunks, closed: new Promise((resolve) => socket.once('close', () => resolve())) };
}

async function answer(text: string): Promise<string> {
  client.socket.write(text);
  const [chunk] = (await once(client.socket, 'data')) as [Buffer];
  return chunk.toString();
}

describe('a TCP proxy', () => {
  it('passes requests and responses', async () => {
    expect(await answer('ping')).toBe('pong');
    expect(received).toEqual(['ping']);
  });

  it('lets a request arrive and its response vanish', async () => {
    await answer('first');
    proxy.dropResponses();
    const arrived = once(arrivals, 'second');
    client.socket.write('second');
    await arrived;
    proxy.cut();
    await client.closed;

    expect(client.chunks).toEqual(['pong']);
    expect(received).toEqual(['first', 'second']);
  });

  it('lets a request vanish', async () => {
    await answer('first');
    proxy.dropRequests();
    await new Promise((resolve) => client.socket.write('lost', resolve));
    proxy.cut();
    await client.closed;
    proxy.pass();
    client = connected();

    expect(await answer('third')).toBe('pong');
    expect(received).toEqual(['first', 'third']);
  });

  it('breaks open connections and takes new ones', async () => {
    await answer('first');
    proxy.cut();
    await client.closed;

    client = connected();
    expect(await answer('second')).toBe('pong');
  });

  it('holds back what flows', async () => {
    await answer('first');
    const before = performance.now();
    proxy.delay(50);

    expect(await answer('second')).toBe('pong');
    expect(performance.now() - before).toBeGreaterThan(90);
  });
});
