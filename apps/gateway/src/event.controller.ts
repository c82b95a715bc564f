import { Controller, HttpCode, Inject, Post, Put, Get, Param, Req, Res, UseGuards } from '@nestjs/common';
import { HeadroomError, sha256Schema, type BlobRef } from '@headroom/contracts';
import type { BlobStore } from '@headroom/runtime';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { eventsOfBody } from './event.body.js';
import { Intake, type IntakeResult } from './intake.service.js';
import { BLOBS } from './tokens.js';
import { TokenGuard } from './token.guard.js';

function hashOf(sha256: string): string {
  if (sha256Schema.safeParse(sha256).success) return sha256;
  throw new HeadroomError('A blob is addressed by its sha256: 64 lower-case hexadecimal digits.', {
    code: 'HEADROOM_BLOB_ADDRESS_INVALID',
  });
}

/** What machines write: events and the blobs that they name. */
@Controller('v1')
@UseGuards(TokenGuard)
export class EventController {
  readonly #intake: Intake;
  readonly #blobs: BlobStore;

  constructor(@Inject(Intake) intake: Intake, @Inject(BLOBS) blobs: BlobStore) {
    this.#intake = intake;
    this.#blobs = blobs;
  }

  /** 202 when all were taken, 207 when some were refused, 400 when none was taken. */
  @Post('events')
  async publish(@Req() request: IncomingMessage & { body: unknown }, @Res() response: ServerResponse): Promise<void> {
    const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
    const result: IntakeResult = await this.#intake.take(eventsOfBody(mediaType, request.body));
    const partly = result.accepted.length > 0 ? 207 : 400;
    response.writeHead(result.refused.length === 0 ? 202 : partly, { 'content-type': 'application/json' });
    response.end(JSON.stringify(result));
  }

  @Put('blobs/:sha256')
  @HttpCode(201)
  async putBlob(
    @Param('sha256') sha256: string,
    @Req() request: IncomingMessage & { body: unknown },
  ): Promise<BlobRef> {
    const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    return this.#blobs.putVerified(hashOf(sha256), bytes, request.headers['content-type']);
  }

  @Get('blobs/:sha256')
  async getBlob(@Param('sha256') sha256: string, @Res() response: ServerResponse): Promise<void> {
    const bytes = await this.#blobs.get({ sha256: hashOf(sha256) });
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length });
    response.end(bytes);
  }
}
