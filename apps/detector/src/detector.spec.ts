import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { allTopics, changeDeployed, measurementRecorded, profileRecorded } from '@headroom/contracts';
import { ServiceIndex, ServiceMeasurements } from '@headroom/indexes';
import { configSchema, createLogger } from '@headroom/platform';
import { encodeStacks, type Stacks } from '@headroom/profiling';
import { EventPublisher, openMemory, type EmbeddedParts } from '@headroom/runtime';
import { eventually } from '@headroom/runtime/contract-suites';
import { createStage, type Stage } from '@headroom/runtime/nest';
import { DetectorModule } from './index.js';

const all = { from: '2000-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
const nothing = { thirdPartyUs: 0, runtimeUs: 0, unresolvedFrames: 0, unresolvedUs: 0, unlocatedUs: 0, unmappedUs: 0 };
const stacks: Stacks = {
  format: 'headroom.stacks.v1',
  unit: 'microseconds',
  frames: [{ id: 'src/main.ts:serve', origin: 'first-party', resolved: true }],
  stacks: [{ frames: [0], weight: 500_000, samples: 500 }],
  lines: [],
  samples: 500,
  durationUs: 1_000_000,
  idleUs: 500_000,
  summary: { ...nothing, firstPartyUs: 500_000, resolvedFrames: 1, unmappedFiles: [], problems: [] },
};

let parts: EmbeddedParts;
let stage: Stage;

beforeEach(async () => {
  parts = await openMemory();
  await parts.log.ensureTopics(allTopics());
  const config = configSchema.parse({ version: 1, services: {} });
  const logger = createLogger({ level: 'silent' });
  stage = createStage(DetectorModule.register({ config }), { ...parts, group: 'detector', logger });
  await stage.start();
});

afterEach(async () => {
  await stage.close();
  await parts.close();
});

describe('the detector', () => {
  it('indexes each change, each profile and each measurement of a service for those who look back, once', async () => {
    const { service } = changeDeployed.example;
    const ref = await parts.blobs.put(Buffer.from(encodeStacks(stacks)), 'application/octet-stream');
    const profile = { ...profileRecorded.example, service, profile: ref };
    const publisher = stage.get(EventPublisher);

    for (const id of ['first', 'second']) {
      await publisher.publish(changeDeployed, changeDeployed.example, { id: `change ${id}` });
      await publisher.publish(measurementRecorded, measurementRecorded.example, { id: `measurement ${id}` });
      await publisher.publish(profileRecorded, profile, { id: `profile ${id}` });
    }

    const index = new ServiceIndex(parts.store);
    await eventually(async () => {
      expect((await parts.log.lag('detector')).every(({ lag }) => lag === 0n)).toBe(true);
      expect(await index.profiles(service, all)).toEqual([profile]);
    });
    expect(await index.changes(service, all)).toEqual([changeDeployed.example]);
    expect(await index.services()).toEqual([service]);
    const { measured } = await new ServiceMeasurements(parts.store).measurements(service, all);
    expect(measured.map(({ series }) => series)).toEqual([measurementRecorded.example.series]);
  });
});
