import type { HealthSource } from '@headroom/runtime';

/** Injection tokens of what a host hands in. */
export const BLOBS = Symbol('BlobStore');
export const HOST_STATUS = Symbol('HostStatus');
/** What reached the services, as the detector indexed it. */
export const CHANGES = Symbol('ChangeIndex');
export const METRICS = Symbol('metrics registry');

/** Tells how the stages of this host are. */
export type HostStatus = () => readonly HealthSource[];
/** Public keys whose signatures count. */
export const TRUSTED_KEYS = Symbol('TrustedKeys');
