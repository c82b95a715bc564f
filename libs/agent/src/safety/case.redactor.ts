import { createHmac } from 'node:crypto';
import { redactRandom, redactSecrets } from '@headroom/tools';

/** A text without secrets. */
export interface RedactedText {
  text: string;
  /** How many were replaced. */
  redacted: number;
}

/** A placeholder as {@link CaseRedactor} writes it. */
export const PLACEHOLDER = /\[redacted: [A-Za-z][A-Za-z -]{0,30} [0-9a-f]{10}\]/g;

/** Of a domain that there is: `queries@keys.transpose` is a product of matrices. */
const E_MAIL =
  /(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}(?:com|org|net|edu|gov|mil|int|info|biz|dev|app|cloud|tech|online|[a-z]{2})(?![\w(.[-])/gi;
const NAME = String.raw`[A-Za-z_$][\w.$-]{0,120}`;
/** Assignments in text that stands in JSON, or in JSON in JSON: `apiKey = \"…\"`, `\nPASSWORD=…\n`. */
const ESCAPED_QUOTED = new RegExp(
  String.raw`(?<![\w.$-])(${NAME})(\\*["']?\s{0,8}(?:=>|[:=])\s{0,8})(\\+["'\x60])((?:(?!\\+["'\x60])[^"\n]){1,4000})(?=\3)`,
  'g',
);
const ESCAPED_PLAIN = new RegExp(
  String.raw`(?<=\\n|")([ \t]{0,40}(?:export +|- +)?${NAME}[ \t]*[:=][ \t]*[^\s"'\x60\\][^"\\\r\n]*)`,
  'g',
);
const SHORTEST_KNOWN = 6;
/** A line of a secret of several lines that tells it is one. */
const SHORTEST_LINE = 16;

/**
 * Takes secrets out of the texts of one case. A secret has the same placeholder wherever it stands, in every run of the case, so that
 * a model can tell that two are the same and its context stays the same, byte for byte; nobody can tell the secret from it.
 */
export class CaseRedactor {
  readonly #secrets = new Map<string, string>();
  readonly #known: readonly string[];
  readonly #key: string;

  /**
   * @param options.key not known to whoever wrote the texts; placeholders are made of it
   * @param options.known values that are secrets, whatever they look like, such as those of this process's environment
   */
  constructor({ key, known = [] }: { key: string; known?: readonly string[] }) {
    this.#key = key;
    const worth = known.filter((each) => each.length >= SHORTEST_KNOWN);
    // The longer first: one may be part of another.
    this.#known = [...new Set(worth)].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  }

  /** The text with a placeholder for each secret: those that are known, formats of keys, what is assigned to a name like `password`, passwords in addresses, random values, e-mail addresses. */
  redact(text: string): RedactedText {
    let redacted = 0;
    const placeholder = (kind: string, secret: string): string => {
      redacted++;
      return this.#placeholder(kind, secret);
    };
    let result = text;
    for (const each of this.#known) result = result.replaceAll(each, () => placeholder('known secret', each));
    const escaped = redactSecrets(result, placeholder)
      .text.replaceAll(ESCAPED_QUOTED, (whole, name: string, between: string, quote: string, value: string) => {
        const inner = redactSecrets(`${name} = "${value}"`, placeholder);
        return inner.redacted === 0 ? whole : `${name}${between}${quote}${inner.text.slice(name.length + 4, -1)}`;
      })
      .replaceAll(ESCAPED_PLAIN, (line) => redactSecrets(line, placeholder).text);
    result = redactRandom(escaped, placeholder).text.replaceAll(E_MAIL, (address) => placeholder('e-mail', address));
    return { text: result, redacted };
  }

  /** The text with the secrets of its placeholders; only those that this redactor has replaced itself. */
  restore(text: string): string {
    return text.replaceAll(PLACEHOLDER, (placeholder) => this.#secrets.get(placeholder) ?? placeholder);
  }

  /** Whether a text holds a secret: one that was replaced before, or a line of it, one that is known, or what looks like one. */
  reveals(text: string): boolean {
    const replaced = [...this.#secrets.values()].flatMap(tellingParts);
    return [...replaced, ...this.#known].some((secret) => text.includes(secret)) || this.redact(text).redacted > 0;
  }

  #placeholder(kind: string, secret: string): string {
    const digits = createHmac('sha256', this.#key).update(secret).digest('hex').slice(0, 10);
    const placeholder = `[redacted: ${kind} ${digits}]`;
    this.#secrets.set(placeholder, secret);
    return placeholder;
  }
}

/**
 * What of a replaced secret tells it wherever it stands. A plain word does not: in `token: 'function'` one was replaced that most code
 * is full of.
 */
function tellingParts(secret: string): string[] {
  const lines = secret.split('\n').map((line) => line.trim());
  const parts = lines.length > 1 ? [secret, ...lines.filter(({ length }) => length >= SHORTEST_LINE)] : [secret];
  return parts.filter((part) => part.length >= SHORTEST_KNOWN && !/^[A-Za-z]+$/.test(part));
}
