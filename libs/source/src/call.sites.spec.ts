import { describe, expect, it } from '@jest/globals';
import { callsWithin, findSymbol } from './index.js';

const source = `export function handle(request) {
  logger.info({ url: request.url }, 'in');
  const ids = request.items
    .filter((item) => keep(item))
    .map((item) => this.store?.read(item.id)!);
  function nested() {
    hidden();
  }
  nested();
  new Report(ids).send\`now\`;
  return (render as unknown)(ids[0]()), import('./late.js'), (() => 1)();
}
setup();
`;

describe('calls inside a symbol', () => {
  it('lists callees with their last name, their text and their line, those of anonymous functions included', () => {
    const calls = callsWithin(source, 'src/a.ts', 'handle').map(({ name, text, line, kind }) => [
      name,
      text,
      line,
      kind,
    ]);

    expect(calls).toEqual([
      ['info', 'logger.info', 2, 'call'],
      ['map', 'request.items.filter(…).map', 5, 'call'],
      ['filter', 'request.items.filter', 4, 'call'],
      ['keep', 'keep', 4, 'call'],
      ['read', 'this.store?.read', 5, 'call'],
      ['nested', 'nested', 9, 'call'],
      ['send', 'new Report(…).send', 10, 'tag'],
      ['Report', 'Report', 10, 'new'],
      ['render', 'render', 11, 'call'],
      ['', 'ids[0]', 11, 'call'],
      ['import', 'import', 11, 'call'],
      ['', '(function)', 11, 'call'],
    ]);
  });

  it('leaves the calls of a nested named function and of the module to them', () => {
    expect(callsWithin(source, 'src/a.ts', 'handle.nested').map(({ name }) => name)).toEqual(['hidden']);
    expect(callsWithin(source, 'src/a.ts', '<module>').map(({ name }) => name)).toEqual(['setup']);
  });

  it('gives the range of the whole call', () => {
    const [first] = callsWithin(source, 'src/a.ts', findSymbol(source, 'src/a.ts', 'handle')!);

    expect(source.slice(first!.start.offset, first!.end.offset)).toBe("logger.info({ url: request.url }, 'in')");
  });

  it('lists nothing for a name that the file does not define', () => {
    expect(callsWithin(source, 'src/a.ts', 'missing')).toEqual([]);
  });
});
