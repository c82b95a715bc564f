import { Controller } from '@nestjs/common';
import { openApiDocument } from './openapi.document.js';
import { Route } from './route.decorator.js';

/** The description of the gateway for machines. */
@Controller()
export class OpenApiController {
  readonly #document = openApiDocument();

  @Route('openapi')
  document(): Record<string, unknown> {
    return this.#document;
  }
}
