import { describe, expect, it } from '@jest/globals';
import type { Change, HeadroomEvent, Measurement, Profile } from '@headroom/contracts';
import type { Stacks } from '@headroom/profiling';
import { emptyMemory, judgedHistory, rememberChange, rememberProfile, rememberQuality } from './service.memory.js';

const change: Change = {
  service: 'web',
  environment: 'production',
  deployment: 'd1',
  kind: 'code',
  deployedAt: '2026-11-02T09:58:00Z',
  commit: 'a'.repeat(40),
};

const measurement: Measurement = {
  service: 'web',
  environment: 'production',
  deployment: 'd1',
  windows: {
    startedAt: ['2026-11-02T10:00:00Z', '2026-11-02T10:00:01Z'],
    endedAt: ['2026-11-02T10:00:01Z', '2026-11-02T10:00:04Z'],
  },
  series: [{ metric: 'cpu-seconds-per-unit', unit: 's', worse: 'up', values: [1, 1] }],
  quality: { restOfHostCores: [0.8, 0.4] },
};

const stacks: Stacks = {
  format: 'headroom.stacks.v1',
  unit: 'microseconds',
  frames: [{ id: 'src/a.ts:a', origin: 'first-party', resolved: true }],
  stacks: [{ frames: [0], weight: 1000, samples: 10 }],
  lines: [],
  samples: 10,
  durationUs: 1000,
  idleUs: 0,
  summary: {
    firstPartyUs: 1000,
    thirdPartyUs: 0,
    runtimeUs: 0,
    resolvedFrames: 1,
    unresolvedFrames: 0,
    unresolvedUs: 0,
    unlocatedUs: 0,
    unmappedUs: 0,
    unmappedFiles: [],
    problems: [],
  },
};

function profile(restOfHostCores: number): HeadroomEvent<Profile> {
  return {
    specversion: '1.0',
    id: 'profile-1',
    source: '/test',
    type: 'dev.headroom.profile.recorded.v1',
    data: {
      service: 'web',
      environment: 'production',
      version: 'a'.repeat(40),
      deployment: 'd1',
      hostClass: 'c1',
      startedAt: '2026-11-02T10:00:00Z',
      endedAt: '2026-11-02T10:00:04Z',
      unitOfWork: 'request',
      units: 100,
      cpuSeconds: 0.5,
      restOfHostCores,
      samples: 10,
      format: 'headroom.stacks.v1',
      profile: { sha256: 'b'.repeat(64), size: 1, mediaType: 'application/octet-stream' },
    },
  };
}

type Step = (memory: ReturnType<typeof emptyMemory>) => ReturnType<typeof emptyMemory>;

function busyAfter(...steps: Step[]): number | null | undefined {
  const memory = steps.reduce((current, step) => step(current), rememberChange(emptyMemory('web'), change));
  return judgedHistory(memory).deployments[0]?.observations[0]?.restOfHostCores;
}

describe('how busy the host was', () => {
  const measured: Step = (memory) => rememberQuality(memory, measurement);
  const profiled =
    (cores: number): Step =>
    (memory) =>
      rememberProfile(memory, profile(cores), stacks);

  it('is the mean over the windows of a measurement, by their length', () => {
    expect(busyAfter(profiled(0.1), measured)).toBeCloseTo(0.5);
  });

  it('does not depend on which report came first', () => {
    expect(busyAfter(measured, profiled(0.1))).toBe(busyAfter(profiled(0.1), measured));
    expect(busyAfter(measured, profiled(0.9))).toBe(0.9);
  });

  it('changes nothing when it is told again', () => {
    const memory = measured(rememberChange(emptyMemory('web'), change));

    expect(measured(memory)).toBe(memory);
  });
});
