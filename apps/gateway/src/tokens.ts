/** Injection tokens of what a host hands in. */
export const BLOBS = Symbol('BlobStore');
export const HOST_STATUS = Symbol('HostStatus');
export const METRICS = Symbol('metrics registry');

/** One stage, as readiness reports it. */
export interface StageStatus {
  stage: string;
  ready: boolean;
  /** Life-cycle state of its runtime. */
  state: string;
}

/** Tells how the stages of this host are. */
export type HostStatus = () => StageStatus[];
/** Public keys whose signatures count. */
export const TRUSTED_KEYS = Symbol('TrustedKeys');
