import { describe, expect, it } from '@jest/globals';
import { argumentsOf } from './tools.command.js';

const schema = { properties: { service: { type: 'string' }, limit: { type: 'integer' }, kinds: { type: 'array' } } };

describe('arguments of a tool call', () => {
  it('are texts where the schema asks for one, else JSON; a value may hold an equals sign', () => {
    const pairs = ['service=42', 'limit=5', 'kinds=["code"]', 'unknown=true', 'query=a=b'];
    expect(argumentsOf(undefined, pairs, schema)).toEqual({
      service: '42',
      limit: 5,
      kinds: ['code'],
      unknown: true,
      query: 'a=b',
    });
  });

  it('are an object as JSON, over which pairs win', () => {
    expect(argumentsOf('{"service":"web","limit":1}', ['limit=2'], schema)).toEqual({ service: 'web', limit: 2 });
  });

  it.each([
    ['[1]', []],
    ['{', []],
    [undefined, ['=x']],
    [undefined, ['word']],
    [undefined, ['path=a', 'limit=1', 'path=b']],
  ])('are refused when they are none: %j %j', (json, pairs) => {
    expect(() => argumentsOf(json, pairs)).toThrow(expect.objectContaining({ code: 'HEADROOM_USAGE' }));
  });
});
