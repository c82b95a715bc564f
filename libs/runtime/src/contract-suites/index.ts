export { blobContract, type BlobHarness } from './blob.contract.js';
export { eventually, lookFor } from './eventually.js';
export { keyValueContract, type StoreHarness } from './key-value.contract.js';
export { logContract, type LogHarness } from './log.contract.js';
export { runtimeContract } from './runtime.contract.js';
export type { RuntimeHarness } from './runtime.world.js';
