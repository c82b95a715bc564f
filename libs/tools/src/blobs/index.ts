export { blobsTools } from './blobs.tools.js';
