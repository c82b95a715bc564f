import { describe, expect, it } from '@jest/globals';
import { parseEvent, sha256 } from '@headroom/contracts';
import { recordProfile, type ProfileFacts } from './recorded.profile.js';
import { decodeStacks } from './stacks.codec.js';

const facts: ProfileFacts = {
  service: 'till',
  environment: 'production',
  version: 'a'.repeat(40),
  deployment: 'd1',
  hostClass: 'small',
  startedAt: '2026-11-02T10:00:00Z',
  endedAt: '2026-11-02T10:05:00Z',
  unitOfWork: 'sale',
};

const frame = (functionName: string, url: string, lineNumber: number, columnNumber: number) => ({
  callFrame: { functionName, scriptId: '1', url, lineNumber, columnNumber },
});
const profile = {
  nodes: [
    { id: 1, ...frame('(root)', '', -1, -1), hitCount: 0, children: [2] },
    { id: 2, ...frame('total', 'file:///app/dist/till.js', 0, 14), hitCount: 1 },
  ],
  startTime: 0,
  endTime: 1000,
  samples: [2],
  timeDeltas: [1000],
};
const files: Record<string, string> = {
  'dist/till.js': 'function total() { return 1; }\n//# sourceMappingURL=till.js.map\n',
  'dist/till.js.map': JSON.stringify({ version: 3, sources: ['../src/till.ts'], names: [], mappings: 'AAAA' }),
  'src/till.ts': 'function total(): number { return 1; }\n',
};

describe('recordProfile', () => {
  it('asks for the files that it meets, each once, until every frame has its name', async () => {
    const asked: string[] = [];
    const fetchSource = async (path: string, commit: string): Promise<string | undefined> => {
      asked.push(path);
      expect(commit).toBe(facts.version);
      return files[path];
    };

    const { event, blob } = await recordProfile(profile, facts, {
      pathMap: { '/app': '' },
      fetchSource,
      source: '/profiler',
    });

    expect(asked).toEqual(['dist/till.js', 'dist/till.js.map', 'src/till.ts']);
    expect(decodeStacks(blob).frames.map(({ id }) => id)).toEqual(['src/till.ts:total']);
    expect(event).toMatchObject({ source: '/profiler', time: facts.endedAt, data: { samples: 1, service: 'till' } });
    expect(event.data.profile).toMatchObject({ sha256: sha256(blob), size: blob.length });
    expect(() => parseEvent(event)).not.toThrow();
  });

  it('gives one id to the same content, in whatever order the facts come, and another to other content', async () => {
    const options = { pathMap: {}, fetchSource: async () => undefined, source: '/profiler' };
    const reversed = Object.fromEntries(Object.entries(facts).toReversed()) as ProfileFacts;

    const first = await recordProfile(profile, facts, options);
    const again = await recordProfile(profile, { ...reversed, units: undefined }, options);
    const other = await recordProfile(profile, { ...facts, units: 5 }, options);

    expect(again.event.id).toBe(first.event.id);
    expect(other.event.id).not.toBe(first.event.id);
  });
});
