import {
  listDeadLetters,
  readDeadLetter,
  replayDeadLetter,
  type DeadLetter,
  type KeyValueStore,
  type ReadableLog,
} from '@headroom/runtime';

/** A dead letter with its payload, ready for JSON. */
export interface DeadLetterDetails extends DeadLetter {
  headers: { name: string; value: string | null }[];
  /** The value as text, when it is valid UTF-8. */
  text?: string;
  /** The value byte for byte; null for a tombstone. */
  base64: string | null;
}

function textOf(value: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(value);
  } catch {
    return undefined;
  }
}

/** Reads what could not be handled, and gives it back. */
export class DeadLetterQueries {
  readonly #parts: { log: ReadableLog; store: KeyValueStore };

  constructor(parts: { log: ReadableLog; store: KeyValueStore }) {
    this.#parts = parts;
  }

  /** The newest thousand, oldest first. */
  list(): Promise<DeadLetter[]> {
    return listDeadLetters(this.#parts.log);
  }

  /**
   * One dead letter, whole.
   * @throws HeadroomError `HEADROOM_DEAD_LETTER_NOT_FOUND`
   */
  async show(id: string): Promise<DeadLetterDetails> {
    const found = await readDeadLetter(this.#parts.log, id);
    const { value, headers, ...letter } = found;
    const text = value === null ? undefined : textOf(value);
    return {
      ...letter,
      headers: headers.map(([name, bytes]) => ({ name, value: bytes === null ? null : bytes.toString() })),
      ...(text === undefined ? {} : { text }),
      base64: value === null ? null : value.toString('base64'),
    };
  }

  /**
   * Gives a dead letter back to the group that could not handle it.
   * @throws HeadroomError `HEADROOM_DEAD_LETTER_NOT_FOUND`
   */
  replay(id: string): Promise<void> {
    return replayDeadLetter(this.#parts, id);
  }
}
