import { describe, expect, it } from '@jest/globals';
import { HeadroomError } from '@headroom/contracts';
import type { KeyValueStore } from '../store/key-value.port.js';
import { underLease } from './under.lease.js';

/** Grants every lease, and is away when one is given back. */
const goesAway = {
  acquire: () => Promise.resolve({ outcome: 'granted', token: 1, memo: undefined, nowMs: 0 }),
  release: () =>
    Promise.reject(new HeadroomError('The store is away', { code: 'HEADROOM_STORE_AWAY', retryable: true })),
} as unknown as KeyValueStore;
const lease = { key: 'case', owner: 'test' };

describe('underLease', () => {
  it('gives what the work yielded although the lease cannot be given back', async () => {
    expect(await underLease(goesAway, lease, () => Promise.resolve('opened'))).toBe('opened');
  });

  it('throws what the work threw although the lease cannot be given back', async () => {
    const refused = new HeadroomError('The forge refused', { code: 'HEADROOM_FORGE_REFUSED' });
    await expect(underLease(goesAway, lease, () => Promise.reject(refused))).rejects.toBe(refused);
  });
});
