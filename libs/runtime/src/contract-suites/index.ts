export { blobContract, type BlobHarness } from './blob.contract.js';
export { keyValueContract, type StoreHarness } from './key-value.contract.js';
export { logContract, type LogHarness } from './log.contract.js';
