import { describe, expect, it } from '@jest/globals';
import { HeadroomError } from '@headroom/contracts';
import { formatFunctionId, listSymbols, parseFunctionId } from './index.js';

describe('function identity', () => {
  it.each([
    ['src/logger.ts:Logger.write', 'src/logger.ts', 'Logger.write'],
    ['a.mjs:<module>', 'a.mjs', '<module>'],
    ['packages/a b/x.tsx:routes["GET /"]', 'packages/a b/x.tsx', 'routes["GET /"]'],
    ['src/v2.ts:Cache.#evict~2', 'src/v2.ts', 'Cache.#evict~2'],
  ])('%s splits into path and name and joins again', (id, path, symbol) => {
    expect(parseFunctionId(id)).toEqual({ path, symbol });
    expect(formatFunctionId({ path, symbol })).toBe(id);
  });

  it.each([
    ['', 'colon'],
    ['src/logger.ts', 'colon'],
    ['src/logger.ts:', 'name after the colon is empty'],
    [':write', 'path before the colon is empty'],
    ['src/logger.ts:12', 'no line number'],
    ['src/logger.ts:Logger.write:12', 'no line number'],
    ['src/logger.ts:a:b', 'name holds a colon'],
    ['/srv/src/logger.ts:write', 'relative'],
    ['C:/src/logger.ts:write', 'relative'],
    ['../logger.ts:write', 'normal'],
    ['src//logger.ts:write', 'normal'],
    ['src\\logger.ts:write', '"/"'],
    ['src/logger.ts: write', 'blanks'],
    ['src/logger.ts:wri\nte', 'line break'],
  ])('%j is refused with the reason and an example', (id, reason) => {
    let thrown: unknown;
    try {
      parseFunctionId(id);
    } catch (error) {
      thrown = error;
    }

    expect(thrown).toBeInstanceOf(HeadroomError);
    expect(thrown).toMatchObject({ code: 'HEADROOM_FUNCTION_ID_INVALID', retryable: false });
    expect((thrown as Error).message).toContain(reason);
    expect((thrown as Error).message).toContain('src/logger.ts:Logger.write');
  });

  it('refuses to format what it would refuse to parse', () => {
    expect(() => formatFunctionId({ path: '/abs.ts', symbol: 'x' })).toThrow('relative');
    expect(() => formatFunctionId({ path: 'a.ts', symbol: '' })).toThrow('empty');
  });

  it('parses the identity of every symbol, whatever its key holds', () => {
    const source = `const routes = { 'GET /items/:id': () => 1, [a ? b : c]() {}, 'it"s': function () {}, 7: () => 2 };`;

    for (const symbol of listSymbols(source, 'src/routes.ts')) {
      expect(parseFunctionId(symbol.id)).toEqual({ path: 'src/routes.ts', symbol: symbol.name });
    }
  });
});
