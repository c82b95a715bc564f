import { describe, expect, it } from '@jest/globals';
import { changeFacts } from './change.facts.js';

function diffOf(path: string, added: readonly string[], removed: readonly string[] = []): string {
  const lines = [...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)];
  return `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1,${removed.length} +1,${added.length} @@\n${lines.join('\n')}\n`;
}

describe('facts of a change', () => {
  it.each([
    ['src/a.ts', "  this.logger.info('sent', { id });", ['adds-call', 'adds-log-call']],
    ['src/a.ts', '  this.logger.child({ id: idOf(a) }).info({ a });', ['adds-call', 'adds-log-call']],
    ['src/a.ts', '  this.#scribe?.info(a);', ['adds-call', 'adds-log-call']],
    ['src/a.py', '    logging.getLogger(__name__).info(a)', ['adds-call', 'adds-log-call']],
    ['a.go', '\tlog.WithField("id", id).Info("sent")', ['adds-call', 'adds-log-call']],
    ['A.java', '    LOGGER.atInfo().log("sent {}", id);', ['adds-call', 'adds-log-call']],
    ['src/a.py', '    logging.debug("sent %s", id)', ['adds-call', 'adds-log-call']],
    ['a.go', '\tlog.Printf("sent %s", id)', ['adds-call', 'adds-log-call']],
    ['A.java', '    LOG.info("sent {}", id);', ['adds-call', 'adds-log-call']],
    ['src/a.ts', '  for (const item of items) total += item;', ['adds-loop']],
    ['src/a.py', '    for item in items:', ['adds-loop']],
    ['a.go', '\tfor i := range items {', ['adds-loop']],
    ['src/a.ts', '  const text = JSON.stringify(item);', ['adds-call', 'adds-serialisation']],
    ['a.go', '\tb, err := json.Marshal(item)', ['adds-call', 'adds-serialisation']],
    ['src/a.ts', "  const re = new RegExp('^a');", ['adds-allocation', 'adds-call', 'adds-regex']],
    ['src/a.ts', '  if (/^a+b/.test(name)) return;', ['adds-call', 'adds-regex']],
    ['a.go', '\tre := regexp.MustCompile(`a`)', ['adds-call', 'adds-regex']],
    ['src/a.ts', '  requestCounter.inc({ path });', ['adds-call', 'adds-metric']],
    ['src/a.ts', '  const value = await withRetry(load);', ['adds-call', 'adds-retry']],
    ['src/a.ts', "  await db.query('SELECT id FROM items');", ['adds-call', 'adds-query']],
    ['src/a.ts', '  return [...items];', ['adds-allocation']],
    ['src/a.ts', '  total: sum,', ['adds-field']],
    ['a.go', '\tTotal int64 `json:"total"`', ['adds-field']],
    ['api/item.proto', '  string name = 4;', ['changes-schema']],
    ['deploy/values.yaml', 'replicas: 3', ['changes-config']],
    ['package.json', '    "pino": "9.2.0",', ['bumps-dependency']],
    ['go.mod', '\tgithub.com/x/y v1.2.3', ['bumps-dependency']],
  ])('of %s with the line %j', (path, line, facts) => {
    expect(changeFacts({ diff: diffOf(path, [line]) })).toEqual(facts);
  });

  it.each([
    ['a comment', 'src/a.ts', '  // logger.info("x")'],
    ['a line of a block comment', 'src/a.ts', '   * for (const a of b) log.info(a)'],
    ['a text between quotes', 'src/a.ts', "  const help = 'call logger.info(x)';"],
    ['a comment of Python', 'a.py', '    x = 1  # print(x)'],
    ['an import', 'src/a.ts', "import { log } from './log.js';"],
    ['a division', 'src/a.ts', '  const half = total / count / 2;'],
    ['a test', 'src/a.spec.ts', '  logger.info("x");'],
    ['what is asked for information', 'src/a.ts', '  const text = item.info;'],
    ['a catalogue that informs', 'src/a.ts', '  const price = item.information;'],
  ])('does not take %s for anything', (_what, path, line) => {
    expect(changeFacts({ diff: diffOf(path, [line]) })).toEqual([]);
  });

  it('does not take prose in the documentation of Python for code', () => {
    const doc = [
      '    """Prices an order.',
      '',
      '    We call log.info(x) for each item in it, while (a) holds.',
      '    """',
    ];
    const short = ['    """Prices for x in xs."""', '    print(x)'];

    expect(changeFacts({ diff: diffOf('a.py', doc) })).toEqual([]);
    expect(changeFacts({ diff: diffOf('a.py', short) })).toEqual(['adds-call', 'adds-log-call']);
  });

  it('passes over lines that no person wrote, and is not held up by odd ones', () => {
    const classes = `  const x = /${'[a]'.repeat(200)}`;

    expect(changeFacts({ diff: diffOf('a.ts', [classes]) })).toEqual([]);
    expect(changeFacts({ diff: diffOf('a.min.js', ['a();'.repeat(500)]) })).toEqual([]);
    expect(changeFacts({ diff: diffOf('a.ts', [`${classes}/.test(a);`]) })).toContain('adds-regex');
  });

  it('counts what the change has more of than before', () => {
    const line = '  logger.info("sent");';

    expect(changeFacts({ diff: diffOf('a.ts', [`  ${line}`], [line]) })).toEqual([]);
    expect(changeFacts({ diff: diffOf('a.ts', [line, line], [line]) })).toContain('adds-log-call');
  });

  it('reads the files of the finding where the change is in them, and all others else', () => {
    const diff = diffOf('src/far.ts', ['logger.info(a);']) + diffOf('src/hot.ts', ['for (;;) a();']);

    expect(changeFacts({ diff, frames: ['src/hot.ts:hot'] })).toEqual(['adds-call', 'adds-loop']);
    expect(changeFacts({ diff, frames: ['src/other.ts:f'] })).toEqual(['adds-call', 'adds-log-call', 'adds-loop']);
  });

  it('tells what kind of cause says without a diff', () => {
    const experiment = (before: number, after: number) => ({ cause: { kind: 'experiment', before, after } });

    expect(changeFacts({ cause: { kind: 'dependency' } })).toEqual(['bumps-dependency']);
    expect(changeFacts({ cause: { kind: 'config', before: null, after: '1' } })).toEqual(['changes-config']);
    expect(changeFacts(experiment(0.1, 0.5))).toEqual(['raises-exposure']);
    expect(changeFacts(experiment(0.5, 0.1))).toEqual([]);
    expect(changeFacts({ cause: { kind: 'commit' } })).toEqual([]);
  });

  it('is not led astray by removed and added lines that look like the header of a file', () => {
    const diff = '--- a/a.sql.ts\n+++ b/a.sql.ts\n@@ -1,2 +1,2 @@\n--- a/x.proto\n+++ b/y.proto\n same\n';

    expect(changeFacts({ diff })).toEqual([]);
  });
});
