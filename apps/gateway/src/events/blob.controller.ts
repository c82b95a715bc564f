import { Controller, Inject, Param, Req, Res } from '@nestjs/common';
import { HeadroomError, sha256Schema, type BlobRef } from '@headroom/contracts';
import type { BlobStore } from '@headroom/runtime';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyOf } from '../http/request.body.js';
import { Route } from '../http/route.decorator.js';
import { BLOBS } from '../tokens.js';

function hashOf(sha256: string): string {
  if (sha256Schema.safeParse(sha256).success) return sha256;
  throw new HeadroomError('A blob is addressed by its sha256: 64 lower-case hexadecimal digits.', {
    code: 'HEADROOM_BLOB_ADDRESS_INVALID',
  });
}

/** Payloads that events name by their hash. */
@Controller()
export class BlobController {
  readonly #blobs: BlobStore;

  constructor(@Inject(BLOBS) blobs: BlobStore) {
    this.#blobs = blobs;
  }

  @Route('putBlob')
  put(@Param('sha256') sha256: string, @Req() request: IncomingMessage): Promise<BlobRef> {
    return this.#blobs.putVerified(hashOf(sha256), bodyOf(request), request.headers['content-type']);
  }

  @Route('getBlob')
  async get(@Param('sha256') sha256: string, @Res() response: ServerResponse): Promise<void> {
    const bytes = await this.#blobs.get({ sha256: hashOf(sha256) });
    // Never rendered by a browser, whatever it holds.
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': bytes.length,
      'x-content-type-options': 'nosniff',
    });
    response.end(bytes);
  }
}
