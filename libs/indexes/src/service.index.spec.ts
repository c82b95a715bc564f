import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { changeDeployed, profileRecorded } from '@headroom/contracts';
import { openMemory, type EmbeddedParts } from '@headroom/runtime';
import { ServiceIndex } from './service.index.js';

const all = { from: '2000-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
const change = { ...changeDeployed.example, service: 'web/a b', deployment: 'd1', deployedAt: '2026-11-02T10:00:00Z' };
const profile = { ...profileRecorded.example, service: 'web/a b', deployment: 'd1' };

let parts: EmbeddedParts;
let index: ServiceIndex;

beforeEach(async () => {
  parts = await openMemory();
  index = new ServiceIndex(parts.store);
});

afterEach(async () => {
  await parts.close();
});

describe('the index of services', () => {
  it('gives the changes of one service in a window, earliest first, whatever the order in which they came', async () => {
    await index.putChange({ ...change, deployment: 'd2', deployedAt: '2026-11-02T11:00:00Z' });
    await index.putChange(change);
    await index.putChange({ ...change, service: 'web' });

    expect((await index.changes('web/a b', all)).map(({ deployment }) => deployment)).toEqual(['d1', 'd2']);
    const window = { from: '2026-11-02T10:00:00Z', to: '2026-11-02T11:00:00Z' };
    expect(await index.changes('web/a b', window)).toEqual([change]);
    expect(await index.changes('nobody', all)).toEqual([]);
  });

  it('replaces what was told of a deployment before', async () => {
    await index.putChange(change);
    await index.putChange({ ...change, author: 'deployer@shop.example' });

    expect(await index.changes('web/a b', all)).toEqual([{ ...change, author: 'deployer@shop.example' }]);
  });

  it('gives the profiles that overlap a window, each once, and the services that have some', async () => {
    const later = { ...profile, startedAt: '2026-11-02T12:00:00Z', endedAt: '2026-11-02T12:05:00Z' };
    for (const each of [later, profile, profile]) await index.putProfile(each);

    expect(await index.profiles('web/a b', all)).toEqual([profile, later]);
    const window = { from: '2026-11-02T12:04:00Z', to: '2026-11-02T13:00:00Z' };
    expect(await index.profiles('web/a b', window)).toEqual([later]);
    expect(await index.profiles('web/a b', { from: profile.endedAt, to: later.startedAt })).toEqual([]);
    expect(await index.services()).toEqual(['web/a b']);
  });
});
