import { parseTree, type Node, type ParseError } from 'jsonc-parser';
import { isLiteral, type SettingPlace, type SettingReader } from './setting.place.js';

/** Settings of JSON, with comments and trailing commas allowed. */
export const jsonSettings: SettingReader = (source) => {
  const errors: ParseError[] = [];
  // As wide as the mark of UTF-8 that it stands for: offsets stay.
  const root = parseTree(source.replace(/^\uFEFF/, ' '), errors, { allowTrailingComma: true });
  if (!root || errors.length > 0) return undefined;
  return placesIn(root, [], source);
};

function placesIn(node: Node, keys: readonly string[], source: string): SettingPlace[] {
  if (node.type === 'object') {
    return (node.children ?? []).flatMap(({ children }) => {
      const [key, value] = children ?? [];
      return key && value ? placesIn(value, [...keys, String(key.value)], source) : [];
    });
  }
  if (node.type === 'array') {
    return (node.children ?? []).flatMap((item, index) => placesIn(item, [...keys, String(index)], source));
  }
  if (node.type !== 'string' && node.type !== 'number' && node.type !== 'boolean') return [];
  const quoted = node.type === 'string';
  return [
    {
      keys,
      value: quoted ? String(node.value) : source.slice(node.offset, node.offset + node.length),
      start: node.offset,
      end: node.offset + node.length,
      written: (value) => (!quoted && isLiteral(value) ? value : JSON.stringify(value)),
    },
  ];
}
