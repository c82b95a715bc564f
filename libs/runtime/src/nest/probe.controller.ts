import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';

/** Pattern of the handler that always throws. */
export const PROBE_PATTERN = 'headroom.runtime.probe';

/** Thrown by the probe; it must come back as this very class. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
}

/** At boot, shows whether a handler's error comes through whole. */
@Controller()
export class ProbeController {
  // oxlint-disable-next-line typescript/no-unnecessary-type-arguments -- picks the overload that takes any method
  @EventPattern<string>(PROBE_PATTERN)
  probe(): never {
    throw new ProbeError('probe');
  }
}
