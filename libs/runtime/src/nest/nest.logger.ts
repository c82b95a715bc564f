import type { LoggerService } from '@nestjs/common';
import type { Logger } from '@headroom/platform';

/** Nest's own messages in the JSON log: its chatter as debug, its warnings and errors as they are. */
export class NestLogger implements LoggerService {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  #facts(parameters: unknown[]): { context?: string; stack?: string } {
    const texts = parameters.filter((each): each is string => typeof each === 'string');
    return { context: texts.at(-1), stack: texts.length > 1 ? texts[0] : undefined };
  }

  log(message: unknown, ...parameters: unknown[]): void {
    this.#logger.debug(this.#facts(parameters), String(message));
  }

  debug(message: unknown, ...parameters: unknown[]): void {
    this.log(message, ...parameters);
  }

  verbose(message: unknown, ...parameters: unknown[]): void {
    this.#logger.trace(this.#facts(parameters), String(message));
  }

  warn(message: unknown, ...parameters: unknown[]): void {
    this.#logger.warn(this.#facts(parameters), String(message));
  }

  error(message: unknown, ...parameters: unknown[]): void {
    const facts = message instanceof Error ? { ...this.#facts(parameters), err: message } : this.#facts(parameters);
    this.#logger.error(facts, message instanceof Error ? message.message : String(message));
  }

  fatal(message: unknown, ...parameters: unknown[]): void {
    this.error(message, ...parameters);
  }
}
