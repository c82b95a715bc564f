import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeadroomError, sha256 } from '@headroom/contracts';
import { routeList } from './route.table.js';

type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

const openPaths = new Set<string>(routeList.filter(([, route]) => route.open).map(([, route]) => route.path));

/** Whether a host name or address is this machine's own. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return name === 'localhost' || name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

function isLoopbackUrl(url: string): boolean {
  return URL.canParse(url) && isLoopback(new URL(url).hostname);
}

function unauthorized(): HeadroomError {
  return new HeadroomError(
    'Send the token of the gateway: "Authorization: Bearer <token>". A host on this machine writes it to host.json in its data directory.',
    { code: 'HEADROOM_UNAUTHORIZED' },
  );
}

/** Lets in who knows the token; compared in constant time. */
function tokenCheck(token: string): (request: IncomingMessage) => HeadroomError | undefined {
  const digest = Buffer.from(sha256(token));
  return ({ headers }) => {
    const given = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
    return timingSafeEqual(Buffer.from(sha256(given)), digest) ? undefined : unauthorized();
  };
}

/**
 * Without a token, a page in a browser of this machine must not get in: neither by a name that was made to point here (DNS
 * rebinding, seen in `Host`) nor from another site (seen in `Origin`).
 */
function loopbackCheck({ headers }: IncomingMessage): HeadroomError | undefined {
  const { host = '', origin } = headers;
  if (isLoopbackUrl(`http://${host}`) && (origin === undefined || isLoopbackUrl(origin))) return undefined;
  return new HeadroomError(
    'Without a token the gateway serves this machine only: call it by localhost or 127.0.0.1, and from no other site.',
    { code: 'HEADROOM_HOST_NOT_ALLOWED' },
  );
}

/** Checks who asks before any body is read. Paths that the route table declares open are let through. */
export function accessMiddleware(token: string | undefined): Middleware {
  const check = token === undefined ? loopbackCheck : tokenCheck(token);
  return (request, _response, next) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    next(openPaths.has(path) ? undefined : check(request));
  };
}
