import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { contracts, eventNameOf, jsonSchemaOf, parseEvent, type EventContract } from '../index.js';
import { schemaNarrowings, type JsonSchema } from './schema.narrowing.js';

type Json = Record<string, unknown>;

const folder = join(process.cwd(), 'released');
const files = globSync('*/*.json', { cwd: folder }).sort();
const released = (file: string): Json => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Json;
const frozen = contracts.filter((contract) => contract.audience === 'outsiders');

function currentOf(file: string): EventContract {
  const contract = frozen.find((each) => eventNameOf(each) === dirname(file));
  if (!contract)
    throw new Error(`${file} was released and has no contract any more; a topic stays until it is drained`);
  return contract;
}

/** The measurement schema as it is, with a change that somebody may make to it. */
function measurement(change: (schema: Json, data: Json, series: Json) => void = () => undefined): Json {
  const schema = structuredClone(jsonSchemaOf(frozen[0]!)) as Json;
  const data = (schema['properties'] as Record<string, Json>)['data']!;
  const series = (data['properties'] as Record<string, Json>)['series']!['items'] as Json;
  change(schema, data, series);
  return schema;
}

const fieldsOf = (schema: Json): Record<string, Json> => schema['properties'] as Record<string, Json>;

describe('what outsiders write', () => {
  it('was released, every event of it', () => {
    expect(new Set(files.map(dirname))).toEqual(new Set(frozen.map(eventNameOf)));
  });

  it.each(files)('is still accepted as %s released it', (file) => {
    expect(schemaNarrowings(released(file), jsonSchemaOf(currentOf(file)))).toEqual([]);
  });

  it.each(files)('keeps the address and takes the examples of %s', (file) => {
    const schema = released(file);

    expect(schema['$id']).toBe(jsonSchemaOf(currentOf(file))['$id']);
    for (const example of schema['examples'] as unknown[]) expect(parseEvent(example).contract).toBe(currentOf(file));
    expect(basename(file)).toMatch(/^[1-9][0-9]*\.json$/);
  });

  it('may have fields that nobody knows, at every level', () => {
    for (const contract of contracts) {
      expect(JSON.stringify(jsonSchemaOf(contract))).not.toContain('"additionalProperties":false');
    }
  });
});

describe('a change of a released schema', () => {
  it.each<[string, (schema: Json, data: Json, series: Json) => void]>([
    ['an optional field', (_, data) => (fieldsOf(data)['region'] = { type: 'string' })],
    ['an optional attribute', (schema) => (fieldsOf(schema)['region'] = { type: 'string' })],
    ['a wider limit', (_, data) => (fieldsOf(data)['environment']!['maxLength'] = 500)],
    ['a further value', (_data, _, series) => (fieldsOf(series)['worse']!['enum'] = ['up', 'down', 'neither', 'both'])],
    ['another description', (_, data) => (fieldsOf(data)['environment']!['description'] = 'Where it ran.')],
    ['a field that need not be there any more', (_, data) => (data['required'] = ['service'])],
  ])('is let through when it is %s', (_, change) => {
    expect(schemaNarrowings(measurement(), measurement(change))).toEqual([]);
  });

  it.each<[string, (schema: Json, data: Json, series: Json) => void, string, string]>([
    ['a field removed', (_, data) => delete fieldsOf(data)['hostClass'], '$.data.hostClass', 'removed'],
    [
      'a field renamed',
      (_data, _, series) => {
        fieldsOf(series)['name'] = fieldsOf(series)['metric']!;
        delete fieldsOf(series)['metric'];
      },
      '$.data.series[].metric',
      'renamed',
    ],
    [
      'a new required field',
      (_, data) => {
        fieldsOf(data)['region'] = { type: 'string' };
        (data['required'] as string[]).push('region');
      },
      '$.data.region',
      'required',
    ],
    [
      'an optional field required',
      (_, data) => (data['required'] as string[]).push('version'),
      '$.data.version',
      'required',
    ],
    [
      'another type',
      (_data, _, series) => (fieldsOf(series)['unit']!['type'] = 'number'),
      '$.data.series[].unit',
      'type',
    ],
    [
      'null no longer taken',
      (_data, _, series) => (fieldsOf(series)['values']!['items'] = { type: 'number' }),
      '$.data.series[].values[]',
      'type',
    ],
    [
      'a value less',
      (_data, _, series) => (fieldsOf(series)['worse']!['enum'] = ['up', 'down']),
      '$.data.series[].worse',
      '"neither"',
    ],
    ['a lower limit', (_, data) => (fieldsOf(data)['series']!['maxItems'] = 10), '$.data.series', 'maxItems'],
    [
      'a new lower limit',
      (_data, _, series) => (fieldsOf(series)['unit']!['minLength'] = 1),
      '$.data.series[].unit',
      'minLength',
    ],
    ['another pattern', (_, data) => (fieldsOf(data)['service']!['pattern'] = '^[a-z]+$'), '$.data.service', 'pattern'],
    ['unknown fields refused', (_, data) => (data['additionalProperties'] = false), '$.data.*', 'not'],
    [
      'a constraint of another kind',
      (_, data) => (data['dependentRequired'] = { version: ['deployment'] }),
      '$.data',
      'dependentRequired',
    ],
    ['an attribute required', (schema) => (schema['required'] as string[]).push('time'), '$.time', 'required'],
    ['another type of event', (schema) => (fieldsOf(schema)['type'] = { const: 'other' }), '$.type', 'no longer takes'],
  ])('is refused with its path when it is %s', (_, change, path, reason) => {
    expect(schemaNarrowings(measurement(), measurement(change) as JsonSchema)).toEqual([
      { path, reason: expect.stringContaining(reason) },
    ]);
  });
});
