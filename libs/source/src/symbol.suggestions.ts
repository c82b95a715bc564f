import { MODULE_SYMBOL, type SourceSymbol } from './symbol.list.js';

/**
 * Names of symbols that a reader may have meant by `name`, the likeliest first, for an error message: {@link suggestNames}.
 * @param limit most names to return, default 3
 */
export function suggestSymbols(symbols: readonly SourceSymbol[], name: string, limit = 3): string[] {
  const names = symbols.map((symbol) => symbol.name).filter((each) => each !== MODULE_SYMBOL);
  return suggestNames(names, name, limit);
}

/**
 * Names that a reader may have meant by `name`, the likeliest first. A name with the same last part after a dot (`write` for
 * `Logger.write`) comes before one that is merely spelled alike; names that share nothing are left out.
 * @param limit most names to return, default 3
 */
export function suggestNames(names: readonly string[], name: string, limit = 3): string[] {
  const wanted = name.toLowerCase();
  return names
    .filter((each) => each !== name)
    .map((each) => ({ name: each, distance: distanceTo(each.toLowerCase(), wanted) }))
    .filter(({ distance }) => distance < 0.5)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, limit)
    .map((one) => one.name);
}

/** 0 for equal, 1 for nothing in common. */
function distanceTo(candidate: string, wanted: string): number {
  if (lastPart(candidate) === lastPart(wanted)) return 0.1 * ratio(candidate, wanted);
  return Math.min(ratio(candidate, wanted), 0.1 + ratio(lastPart(candidate), lastPart(wanted)));
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).replace(/^#|~\d+$/g, '');
}

function ratio(a: string, b: string): number {
  return editDistance(a, b) / Math.max(a.length, b.length, 1);
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
