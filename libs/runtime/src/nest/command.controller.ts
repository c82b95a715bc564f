import { caseCommanded, type Commanded, type HeadroomEvent } from '@headroom/contracts';
import { Controller, Inject } from '@nestjs/common';
import { Runtime } from '../delivery/runtime.js';
import { Subscribe } from './subscribe.decorator.js';

/** Lets a stage obey what people command about a case. A stage that does more than that has a handler of its own instead. */
@Controller()
export class CommandController {
  readonly #runtime: Runtime;

  constructor(@Inject(Runtime) runtime: Runtime) {
    this.#runtime = runtime;
  }

  @Subscribe(caseCommanded, { light: true })
  async handle(event: HeadroomEvent<Commanded>): Promise<void> {
    await this.#runtime.obey(event);
  }
}
