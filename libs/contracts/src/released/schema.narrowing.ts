import { isDeepStrictEqual } from 'node:util';

/** A JSON Schema; true accepts everything. */
export type JsonSchema = boolean | Record<string, unknown>;

/** A place where a schema accepts less than it did. */
export interface Narrowing {
  /** From the event, for example `$.data.series[].values`. */
  path: string;
  reason: string;
}

type Schema = Record<string, unknown>;
type Rule = (path: string, before: Schema, after: Schema) => Narrowing[];

/** Keywords that accept or refuse nothing. */
const ANNOTATIONS = new Set([
  '$schema',
  '$id',
  '$comment',
  'title',
  'description',
  'examples',
  'default',
  'deprecated',
]);
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];

const found = (path: string, reason: string): Narrowing[] => [{ path, reason }];
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
const shown = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

function asSchema(value: unknown): Schema {
  if (value === false) return { not: {} };
  return typeof value === 'object' && value !== null ? (value as Schema) : {};
}

const ofType: Rule = (path, before, after) => {
  const now = list(after['type']);
  if (now.length === 0) return [];
  const fits = (type: unknown): boolean => now.includes(type) || (type === 'integer' && now.includes('number'));
  const was = list(before['type']);
  if (was.length > 0 && was.every(fits)) return [];
  return found(path, `its type was ${shown(before['type'])} and is ${shown(after['type'])}`);
};

const ofValues: Rule = (path, before, after) => {
  const values = (schema: Schema): unknown[] | undefined =>
    'const' in schema ? [schema['const']] : (schema['enum'] as unknown[] | undefined);
  const now = values(after);
  if (!now) return [];
  const was = values(before);
  if (!was) return found(path, `it is only ${now.map(shown).join(' or ')} now`);
  const lost = was.filter((value) => !now.some((each) => isDeepStrictEqual(each, value)));
  return lost.length === 0 ? [] : found(path, `it no longer takes ${lost.map(shown).join(', ')}`);
};

const ofProperties: Rule = (path, before, after) => {
  const was = asSchema(before['properties']);
  const now = asSchema(after['properties']);
  const required = list(after['required']).filter((name) => !list(before['required']).includes(name));
  return [
    ...required.map((name) => ({ path: `${path}.${String(name)}`, reason: 'it is required now' })),
    ...Object.entries(was).flatMap(([name, schema]) =>
      name in now
        ? schemaNarrowings(schema as JsonSchema, now[name] as JsonSchema, `${path}.${name}`)
        : found(`${path}.${name}`, 'it was removed or renamed'),
    ),
  ];
};

function inner(keyword: string, suffix: string): Rule {
  return (path, before, after) =>
    keyword in after ? schemaNarrowings(asSchema(before[keyword]), asSchema(after[keyword]), `${path}${suffix}`) : [];
}

function bound(keyword: string, isNarrower: (was: number, now: number) => boolean): Rule {
  return (path, before, after) => {
    const now = after[keyword];
    const was = before[keyword];
    if (typeof now !== 'number' || (typeof was === 'number' && !isNarrower(was, now))) return [];
    return found(path, `its ${keyword} was ${shown(was)} and is ${now}`);
  };
}

/** Whether one pattern takes all that another takes cannot be told: any change counts. */
function unchanged(keyword: string): Rule {
  return (path, before, after) =>
    !(keyword in after) || isDeepStrictEqual(before[keyword], after[keyword])
      ? []
      : found(path, `its ${keyword} was ${shown(before[keyword])} and is ${shown(after[keyword])}`);
}

const RULES = new Map<string, Rule>([
  ['type', ofType],
  ['enum', ofValues],
  ['const', ofValues],
  ['properties', ofProperties],
  ['required', ofProperties],
  ['items', inner('items', '[]')],
  ['additionalProperties', inner('additionalProperties', '.*')],
  ...LOWER.map((keyword): [string, Rule] => [keyword, bound(keyword, (was, now) => now > was)]),
  ...UPPER.map((keyword): [string, Rule] => [keyword, bound(keyword, (was, now) => now < was)]),
]);

function ofAlternatives(before: Schema, after: Schema, path: string): Narrowing[] {
  const alternatives = (schema: Schema): JsonSchema[] => (schema['anyOf'] as JsonSchema[] | undefined) ?? [schema];
  return alternatives(before).flatMap((was) => {
    const tried = alternatives(after).map((now) => schemaNarrowings(was, now, path));
    return tried.some((each) => each.length === 0)
      ? []
      : (tried.sort((left, right) => left.length - right.length)[0] ?? []);
  });
}

/**
 * Where a schema accepts less than a released one: a field removed or renamed, a new required field, a narrower value. Added
 * optional fields and wider values are no narrowing.
 */
export function schemaNarrowings(released: JsonSchema, current: JsonSchema, path = '$'): Narrowing[] {
  const before = asSchema(released);
  const after = asSchema(current);
  if ('anyOf' in before || 'anyOf' in after) return ofAlternatives(before, after, path);
  const keywords = new Set([...Object.keys(before), ...Object.keys(after)].filter((each) => !ANNOTATIONS.has(each)));
  const rules = new Set([...keywords].map((keyword) => RULES.get(keyword) ?? unchanged(keyword)));
  return [...rules].flatMap((rule) => rule(path, before, after));
}
