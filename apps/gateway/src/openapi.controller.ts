import { Controller } from '@nestjs/common';
import { openApiDocument } from './routes/openapi.document.js';
import { Route } from './routes/route.decorator.js';

/** The description of the gateway for machines. */
@Controller()
export class OpenApiController {
  readonly #document = openApiDocument();

  @Route('openapi')
  document(): Record<string, unknown> {
    return this.#document;
  }
}
