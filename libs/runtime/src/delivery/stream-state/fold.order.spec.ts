import { describe, expect, it } from '@jest/globals';
import type { LogRecord } from '../../log/log.port.js';
import { extendOrder, FoldReplay, type FoldRun } from './fold.order.js';

function record(name: string): LogRecord {
  const [topic = '', offset = '0'] = name.split('/');
  return { topic, partition: 0, offset: BigInt(offset), timestampMs: 0, key: null, value: null, headers: [] };
}

function orderOf(...names: string[]): FoldRun[] {
  const order: FoldRun[] = [];
  for (const name of names) extendOrder(order, record(name.replace('!', '')), name.endsWith('!'));
  return order;
}

/** Feeds a replay until it stands still; what came out, and how. */
function drain(replay: FoldReplay, buffer: LogRecord[], limit = 10): string[] {
  const out: string[] = [];
  for (let more = replay.select(buffer, limit); more.records.length > 0; more = replay.select(buffer, limit)) {
    for (const each of more.records) {
      out.push(`${each.topic}/${each.offset}${more.mode === 'skip' ? '!' : ''}`);
      replay.folded(each);
      buffer.splice(buffer.indexOf(each), 1);
    }
  }
  return out;
}

describe('the order of a fold', () => {
  it('holds a run for each change of topic, and dead letters apart', () => {
    expect(orderOf('a/0', 'a/1', 'b/7', 'a/2', 'a/3!', 'a/4')).toEqual([
      { topic: 'a', next: '2' },
      { topic: 'b', next: '8' },
      { topic: 'a', next: '3' },
      { topic: 'a', next: '4', dead: true },
      { topic: 'a', next: '5' },
    ]);
  });

  it('is kept when records come in another order, piece by piece', () => {
    const names = ['a/0', 'a/1', 'b/0', 'a/2!', 'b/1', 'a/3'];
    const replay = new FoldReplay(orderOf(...names));
    const buffer = ['b/0', 'b/1', 'b/2', 'a/0'].map(record);

    expect(drain(replay, buffer)).toEqual(['a/0']);
    expect(replay.topic).toBe('a');
    buffer.push(...['a/1', 'a/2', 'a/3', 'a/4'].map(record));
    expect(drain(replay, buffer, 1)).toEqual(['a/1', 'b/0', 'a/2!', 'b/1', 'a/3']);

    expect(replay.done).toBe(true);
    expect(buffer.map((each) => `${each.topic}/${each.offset}`)).toEqual(['b/2', 'a/4']);
  });

  it('goes on past records that the log has dropped, once a later one shows it', () => {
    const replay = new FoldReplay(orderOf('a/0', 'b/0', 'a/1'));
    const buffer = ['b/0'].map(record);

    expect(drain(replay, buffer)).toEqual([]);
    buffer.push(record('a/1'));

    expect(drain(replay, buffer)).toEqual(['b/0', 'a/1']);
    expect(replay.done).toBe(true);
  });

  it('can be given up', () => {
    const replay = new FoldReplay(orderOf('a/0'));

    replay.abandon();

    expect(replay.done).toBe(true);
  });
});
