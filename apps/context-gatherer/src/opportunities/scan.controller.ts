import { scanRequested, type HeadroomEvent, type ScanRequest } from '@headroom/contracts';
import { Subscribe } from '@headroom/runtime/nest';
import { Controller, Inject } from '@nestjs/common';
import { OpportunityScanner } from './opportunity.scanner.js';

/** Takes requests to look for opportunities. */
@Controller()
export class ScanController {
  readonly #scanner: OpportunityScanner;

  constructor(@Inject(OpportunityScanner) scanner: OpportunityScanner) {
    this.#scanner = scanner;
  }

  /** Only notes it: a long look at a service keeps no case waiting. */
  @Subscribe(scanRequested, { light: true })
  async note({ data }: HeadroomEvent<ScanRequest>): Promise<void> {
    await this.#scanner.ask(data.service);
  }
}
