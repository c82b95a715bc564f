import { describe, expect, it } from '@jest/globals';
import type { TopicSpec } from '@headroom/contracts';
import { planTopics, settingsOf, type ExistingTopic } from './topic.plan.js';

const spec: TopicSpec = {
  name: 'headroom.finding.opened.v1',
  partitions: 12,
  cleanupPolicy: 'delete',
  retentionMs: -1,
  maxMessageBytes: 1_048_576,
};
const asWanted: ExistingTopic = { name: spec.name, partitions: 12, settings: settingsOf(spec) };

describe('planTopics', () => {
  it('creates what is missing', () => {
    expect(planTopics([spec], [])).toEqual([{ topic: spec.name, action: 'create', spec }]);
  });

  it('leaves alone what is right, and what nobody asked about', () => {
    const other = { name: 'other', partitions: 1, settings: {} };

    expect(planTopics([spec], [asWanted, other])).toEqual([{ topic: spec.name, action: 'keep' }]);
  });

  it('names each setting that differs', () => {
    const existing = { ...asWanted, settings: { ...asWanted.settings, 'max.message.bytes': '1000' } };

    expect(planTopics([spec], [existing])).toEqual([
      {
        topic: spec.name,
        action: 'change',
        spec,
        settings: [{ setting: 'max.message.bytes', from: '1000', to: '1048576' }],
      },
    ]);
  });

  it('adds partitions and never takes any away', () => {
    const [fewer, more] = [3, 24].map((partitions) => planTopics([spec], [{ ...asWanted, partitions }])[0]);

    expect(fewer).toMatchObject({ action: 'change', partitions: { from: 3, to: 12 }, settings: [] });
    expect(more).toEqual({ topic: spec.name, action: 'keep' });
  });
});
