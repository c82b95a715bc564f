import { isMap, isScalar, isSeq, parseAllDocuments, parseDocument, Scalar, stringify, type Node } from 'yaml';
import { isLiteral, lineOf, type SettingPlace, type SettingReader } from './setting.place.js';

/** Settings of YAML, all documents of the file. What an anchor shares and what spans lines is no plain value. */
export const yamlSettings: SettingReader = (source) => {
  // A template that makes YAML is none.
  if (/\{\{[^}]*\}\}|^\s*\{%/m.test(source)) return undefined;
  const documents = parseAllDocuments(source, { uniqueKeys: true });
  if (!Array.isArray(documents)) return [];
  if (documents.some(({ errors }) => errors.length > 0)) return undefined;
  return documents.flatMap(({ contents }) => (contents ? placesIn(contents, [], source) : []));
};

function placesIn(node: unknown, keys: readonly string[], source: string): SettingPlace[] {
  if (isMap(node)) {
    const named = environmentEntry(node);
    if (named) return placesIn(named.value, [...keys.slice(0, -1), named.name], source);
    return node.items.flatMap(({ key, value }) =>
      isScalar(key) && key.value !== '<<' ? placesIn(value, [...keys, String(key.value)], source) : [],
    );
  }
  if (isSeq(node)) return node.items.flatMap((item, index) => placesIn(item, [...keys, String(index)], source));
  const place = isScalar(node) ? scalarPlace(node, keys, source) : undefined;
  return place ? [place] : [];
}

/** `{ name: CACHE_SIZE, value: "100" }`, as containers are given their environment. */
function environmentEntry(node: Node): { name: string; value: unknown } | undefined {
  if (!isMap(node) || node.items.length !== 2) return undefined;
  const [name, value] = [node.get('name'), node.get('value', true)];
  return typeof name === 'string' && isScalar(value) ? { name, value } : undefined;
}

function scalarPlace(node: Scalar, keys: readonly string[], source: string): SettingPlace | undefined {
  const { range, type, anchor, value } = node;
  if (!range || anchor !== undefined || !isPlainValue(value)) return undefined;
  if (type === Scalar.BLOCK_FOLDED || type === Scalar.BLOCK_LITERAL) return undefined;
  const text = source.slice(range[0], range[1]);
  if (text === '' || text.includes('\n')) return undefined;
  const plain = type === Scalar.PLAIN;
  return {
    keys,
    value: plain ? text : String(value),
    line: lineOf(source, range[0]),
    start: range[0],
    end: range[1],
    written: (to) => (plain ? plainText(to, typeof value === 'string') : quotedText(to, type === Scalar.QUOTE_SINGLE)),
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
