import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { HeadroomError, sha256 } from '@headroom/contracts';
import { ACCESS_TOKEN } from './tokens.js';
import type { IncomingMessage } from 'node:http';

/** Lets in who knows the token of the data directory; compared in constant time. */
@Injectable()
export class TokenGuard implements CanActivate {
  readonly #digest: Buffer;

  constructor(@Inject(ACCESS_TOKEN) token: string) {
    this.#digest = Buffer.from(sha256(token));
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<IncomingMessage>();
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (timingSafeEqual(Buffer.from(sha256(given)), this.#digest)) return true;
    throw new HeadroomError(
      'Send the token of the data directory: "Authorization: Bearer <token>", from host.json there.',
      {
        code: 'HEADROOM_UNAUTHORIZED',
      },
    );
  }
}
