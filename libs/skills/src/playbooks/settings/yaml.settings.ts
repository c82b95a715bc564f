import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseAllDocuments,
  parseDocument,
  Scalar,
  stringify,
  type Node,
} from 'yaml';
import { isLiteral, type SettingPlace, type SettingReader } from './setting.place.js';

/**
 * Settings of YAML, all documents of the file. What spans lines is no plain value; what an anchor shares with other places, or a tag
 * makes something else, is one that cannot be written.
 */
export const yamlSettings: SettingReader = (source) => {
  // A template that makes YAML is none.
  if (/^(?!\s*#).*\{\{[^}]*\}\}|^\s*\{%/m.test(source)) return undefined;
  // To look for keys that stand twice takes the square of their number; both are found, and neither is taken.
  const documents = parseAllDocuments(source, { uniqueKeys: false });
  if (!Array.isArray(documents)) return [];
  if (documents.some(({ errors }) => errors.length > 0)) return undefined;
  return documents.flatMap(({ contents }) => [
    ...placesIn(contents, [], { source, anchors: new Map(), isShared: false }),
  ]);
};

interface Around {
  readonly source: string;
  /** Scalars that were given a name so far. */
  readonly anchors: Map<string, Scalar>;
  /** Whether an anchor gives the node to other places too. */
  readonly isShared: boolean;
}

function* placesIn(node: unknown, keys: readonly string[], around: Around): Generator<SettingPlace> {
  const anchor = isNode(node) && !isAlias(node) ? node.anchor : undefined;
  const within = anchor === undefined ? around : { ...around, isShared: true };
  if (isMap(node)) {
    const named = environmentEntry(node);
    if (named) {
      yield* placesIn(named.value, [...keys.slice(0, -1), named.name], within);
      return;
    }
    for (const { key, value } of node.items) {
      if (isScalar(key) && key.value !== '<<') yield* placesIn(value, [...keys, String(key.value)], within);
    }
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) yield* placesIn(item, [...keys, String(index)], within);
  } else if (isAlias(node)) {
    const named = around.anchors.get(node.source);
    const place = named && scalarPlace(named, keys, { ...around, isShared: true });
    if (place && node.range) yield { ...place, start: node.range[0], end: node.range[1] };
  } else if (isScalar(node)) {
    if (anchor !== undefined) around.anchors.set(anchor, node);
    const place = scalarPlace(node, keys, within);
    if (place) yield place;
  }
}

/** `{ name: CACHE_SIZE, value: "100" }`, as containers are given their environment. */
function environmentEntry(node: Node): { name: string; value: unknown } | undefined {
  if (!isMap(node) || node.items.length !== 2) return undefined;
  const [name, value] = [node.get('name'), node.get('value', true)];
  return typeof name === 'string' && isScalar(value) ? { name, value } : undefined;
}

function scalarPlace(
  { range, type, tag, value }: Scalar,
  keys: readonly string[],
  { source, isShared }: Around,
): SettingPlace | undefined {
  if (!range || !isPlainValue(value)) return undefined;
  if (type === Scalar.BLOCK_FOLDED || type === Scalar.BLOCK_LITERAL) return undefined;
  const text = source.slice(range[0], range[1]);
  if (text === '' || text.includes('\n')) return undefined;
  const plain = type === Scalar.PLAIN;
  const written = (to: string) =>
    plain ? plainText(to, typeof value === 'string') : quotedText(to, type === Scalar.QUOTE_SINGLE);
  return {
    keys,
    value: plain ? text : String(value),
    start: range[0],
    end: range[1],
    written: isShared || tag !== undefined ? () => undefined : written,
  };
}

function isPlainValue(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Plain where that reads as the same value of the same kind, else between quotes. */
function plainText(value: string, isText: boolean): string | undefined {
  if (/[\r\n]/.test(value)) return undefined;
  if (!isText && isLiteral(value)) return value;
  const text = stringify(value).trimEnd();
  return parseDocument(text).toJS() === value ? text : undefined;
}

function quotedText(value: string, single: boolean): string | undefined {
  if (/[\r\n]/.test(value)) return undefined;
  return single ? `'${value.replaceAll("'", "''")}'` : JSON.stringify(value);
}
