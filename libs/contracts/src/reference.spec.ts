import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { contracts, exampleEvent, generatedFiles, parseEvent, topicManifest } from './index.js';

const workspaceRoot = join(process.cwd(), '..', '..');

describe('generated files', () => {
  it.each([...generatedFiles()])('%s says what the contracts say', (path, content) => {
    const committed = readFileSync(join(workspaceRoot, path), 'utf8');

    expect(committed).toBe(content);
  });

  it('gives all telemetry topics the same number of partitions', () => {
    const partitions = new Set(contracts.filter((each) => each.keyedBy === 'service').map((each) => each.partitions));

    expect(partitions.size).toBe(1);
  });

  it('names every topic once, with room for the reasons in its dead letters', () => {
    const topics = topicManifest();
    const size = (name: string): number =>
      Number(topics.find((topic) => topic.name === name)?.config['max.message.bytes']);

    expect(new Set(topics.map((topic) => topic.name)).size).toBe(topics.length);
    expect(size('headroom.profile.recorded.v1')).toBe(2_097_152);
    expect(size('headroom.profile.recorded.v1.detector.dlq')).toBe(2_162_688);
  });
});

describe('examples', () => {
  it.each(contracts.map((contract) => [contract.name, contract] as const))(
    '%s conforms to its contract',
    (_, contract) => {
      const { event } = parseEvent(exampleEvent(contract));

      expect(event.data).toEqual(contract.example);
      expect(contract.key(event.data)).not.toBe('');
    },
  );
});
