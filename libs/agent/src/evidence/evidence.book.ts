/** Taken apart in code: a pattern that looks for a digit in a word costs the square of its length, and tools answer long words. */
const WORD = /[\p{L}\p{N}_$]+/gu;
const DIGIT = /\p{N}/u;
const BEGINS_WITH_DIGIT = /^\p{N}/u;
/** A number and what it counts: `3x`, `12ms`. */
const WITH_UNIT = /^(\p{N}+(?:[.,:]\p{N}+)*)\p{L}*$/u;
const COMMIT = /^[0-9a-f]{7,40}$/;
const PLACE = /^(.+?):\d+(?:-\d+)?$/;
/** A place in a text. */
const PLACES = /[\w./@+-]+:\d+(?:-\d+)?/g;

/** The words of a text that hold a digit, as they stand there, with what joins numbers: `1,234.5`, `0x1f`, `utf8`, `12:30`. */
export function numberWords(text: string): string[] {
  const words: { at: number; end: number }[] = [];
  for (const { 0: word, index: at } of text.matchAll(WORD)) {
    if (!DIGIT.test(word)) continue;
    const before = words.at(-1);
    const isJoined = before?.end === at - 1 && '.,:'.includes(text[at - 1]!) && BEGINS_WITH_DIGIT.test(word);
    if (isJoined) before.end = at + word.length;
    else words.push({ at, end: at + word.length });
  }
  return words.map(({ at, end }) => text.slice(at, end));
}

function plain(number: string): string {
  return number.replaceAll(',', '');
}

/** What of a word must stand in a record: itself, or its number without the unit. */
function formsOf(word: string): string[] {
  const number = WITH_UNIT.exec(word)?.[1];
  return [plain(word), ...(number === undefined ? [] : [plain(number)])];
}

/** Stands for the background in the list of entries. */
const BACKGROUND = '(background)';

interface Entry {
  text: string;
  numbers: Set<string>;
}

/** All that was put before the model in a case, by the ids that it may cite. */
export class EvidenceBook {
  readonly #entries = new Map<string, Entry>();

  /** Text that no id stands for: only places in it may be cited, and its numbers wherever no evidence has to be named. */
  background(text: string): void {
    this.add(BACKGROUND, text);
  }

  /** Ids that one text is the record of. */
  addAll(ids: readonly string[], text: string): void {
    const entry = { text, numbers: new Set(numberWords(text).flatMap(formsOf)) };
    for (const id of ids) this.#entries.set(id, entry);
  }

  /** @returns whether the id is new */
  add(id: string, text: string): boolean {
    const isNew = !this.#entries.has(id);
    const earlier = this.#entries.get(id);
    const numbers = new Set([...(earlier?.numbers ?? []), ...numberWords(text).flatMap(formsOf)]);
    this.#entries.set(id, { text: earlier ? `${earlier.text}\n${text}` : text, numbers });
    return isNew;
  }

  /** Ids in the order in which they came. */
  get ids(): string[] {
    return [...this.#entries.keys()];
  }

  /**
   * The entries that an id stands for: itself; a commit by at least seven of its digits; `path:line` by the entries in which the path
   * occurs. Empty = it stands for nothing that was seen.
   */
  resolve(id: string): string[] {
    if (id !== BACKGROUND && this.#entries.has(id)) return [id];
    if (COMMIT.test(id)) return this.ids.filter((known) => known.length === 40 && known.startsWith(id));
    const path = PLACE.exec(id)?.[1];
    if (path === undefined) return [];
    return [...this.#entries].filter(([, { text }]) => occurs(text, path)).map(([known]) => known);
  }

  /** Words with digits that stand in none of these entries. */
  unquotedFrom(ids: readonly string[], text: string): string[] {
    const entries = ids.flatMap((id) => this.#entries.get(id) ?? []);
    return unknownWords(this.#withoutPlaces(text), (form) => entries.some(({ numbers }) => numbers.has(form)));
  }

  /** Words with digits that stand nowhere in the case, nor in these further texts. */
  unquoted(text: string, also: readonly string[] = []): string[] {
    const more = new Set(also.flatMap(numberWords).flatMap(formsOf));
    const entries = [...this.#entries.values()];
    return unknownWords(
      this.#withoutPlaces(text),
      (form) => more.has(form) || entries.some(({ numbers }) => numbers.has(form)),
    );
  }

  /** A text rewritten outside of the places (`path:line`) that are known. */
  outsidePlaces(text: string, rewrite: (part: string) => string): string {
    let done = '';
    let at = 0;
    for (const { 0: place, index } of text.matchAll(PLACES)) {
      if (this.resolve(place).length === 0) continue;
      done += rewrite(text.slice(at, index)) + place;
      at = index + place.length;
    }
    return done + rewrite(text.slice(at));
  }

  #withoutPlaces(text: string): string {
    return text.replaceAll(PLACES, (place) => (this.resolve(place).length > 0 ? '' : place));
  }
}

function unknownWords(text: string, isKnown: (form: string) => boolean): string[] {
  return [...new Set(numberWords(text))].filter((word) => !formsOf(word).some(isKnown));
}

/** A path as a word of its own: the end of a longer path is another file. */
function occurs(text: string, path: string): boolean {
  for (let at = text.indexOf(path); at !== -1; at = text.indexOf(path, at + 1)) {
    const before = text[at - 1] ?? ' ';
    const after = text[at + path.length] ?? ' ';
    if (!/[\w./-]/.test(before) && !/[\w/-]/.test(after)) return true;
  }
  return false;
}
