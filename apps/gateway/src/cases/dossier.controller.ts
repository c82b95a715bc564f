import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeadroomError } from '@headroom/contracts';
import { Controller, Inject, Param, Req, Res } from '@nestjs/common';
import { Route } from '../http/route.decorator.js';
import { CaseDossiers, type DossierFormat } from './case.dossiers.js';

/** The request as Express hands it on. */
interface Negotiated extends IncomingMessage {
  accepts: (types: string[]) => string | false;
}

const FORMATS: Readonly<Record<string, DossierFormat>> = {
  'text/markdown': 'markdown',
  'application/json': 'json',
  'text/plain': 'markdown',
};

/** What was found out about a case. */
@Controller()
export class DossierController {
  readonly #dossiers: CaseDossiers;

  constructor(@Inject(CaseDossiers) dossiers: CaseDossiers) {
    this.#dossiers = dossiers;
  }

  @Route('getDossier')
  async dossier(@Param('id') id: string, @Req() request: Negotiated, @Res() response: ServerResponse): Promise<void> {
    const mediaType = request.accepts(Object.keys(FORMATS));
    const format = mediaType === false ? undefined : FORMATS[mediaType];
    if (mediaType === false || format === undefined) {
      throw new HeadroomError('A dossier is text/markdown or application/json; ask for one of them in Accept.', {
        code: 'HEADROOM_NOT_ACCEPTABLE',
      });
    }
    const text = await this.#dossiers.read(id, format);
    // It quotes code and messages of others: never rendered by a browser as anything else.
    response.writeHead(200, {
      'content-type': `${mediaType}; charset=utf-8`,
      'x-content-type-options': 'nosniff',
      vary: 'accept',
    });
    response.end(text);
  }
}
