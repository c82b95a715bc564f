import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeadroomError, sha256 } from '@headroom/contracts';
import { hostHeaderValidation, originValidation } from '@modelcontextprotocol/node';

/** The names of this machine to itself, as `Host` and `Origin` have them. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Who may ask. */
export interface AccessOptions {
  /** Address that is listened on. */
  host: string;
  /** Whoever knows it may call tools; undefined = this machine only. */
  token?: string | undefined;
  /** Names by which the server is called, beside those of this machine. @default [] */
  hosts?: readonly string[];
  /** Host names of pages in a browser that may call it, beside those of this machine. @default [] */
  origins?: readonly string[];
}

type Guard = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Whether a host name or address is this machine's own. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** @throws HeadroomError `HEADROOM_TOOL_SERVER_TOKEN_REQUIRED` for an address that others reach, without a token */
export function refuseOpenDoor({ host, token }: AccessOptions): void {
  if (token !== undefined || isLoopback(host)) return;
  throw new HeadroomError(
    `The tool-server does not listen on ${host} without a token: everybody there could read code and data. Set HEADROOM_TOKEN, or listen on 127.0.0.1.`,
    { code: 'HEADROOM_TOOL_SERVER_TOKEN_REQUIRED' },
  );
}

function refuse(response: ServerResponse): void {
  const detail =
    'Send the token of the tool-server: "Authorization: Bearer <token>". A host on this machine writes it to host.json in its data directory.';
  response.writeHead(401, { 'content-type': 'application/problem+json', 'www-authenticate': 'Bearer' });
  response.end(JSON.stringify({ title: 'Unauthorized', status: 401, code: 'HEADROOM_UNAUTHORIZED', detail }));
}

/** Compared in constant time. */
function knows(token: string): (request: IncomingMessage) => boolean {
  const digest = Buffer.from(sha256(token));
  return ({ headers }) => {
    const given = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
    return timingSafeEqual(Buffer.from(sha256(given)), digest);
  };
}

/**
 * Checks who asks before any body is read: the page that asks (`Origin`), the name that was called (`Host`, against DNS rebinding),
 * the token. Behind an address that others reach any name will do unless some are given: there the token decides.
 */
export function accessGuard(options: AccessOptions): Guard {
  const { host, token, hosts = [], origins = [] } = options;
  const isOrigin = originValidation([...LOOPBACK, ...origins]);
  const isHost = isLoopback(host) || hosts.length > 0 ? hostHeaderValidation([...LOOPBACK, ...hosts]) : () => true;
  const mayEnter = token === undefined ? () => true : knows(token);
  return (request, response, next) => {
    if (!isOrigin(request, response) || !isHost(request, response)) return;
    if (mayEnter(request)) next();
    else refuse(response);
  };
}
