import type { BlobStore } from '@headroom/runtime';
import { blobsTools } from './blobs/index.js';
import type { AnyTool } from './tool.js';

/** What the tools look at. A domain whose port is missing has no tools. */
export interface ToolPorts {
  /** Results that were too large for one answer. */
  blobs: BlobStore;
}

/** Every tool for which there is a port. */
export function allTools(ports: ToolPorts): AnyTool[] {
  return [...blobsTools(ports.blobs)];
}
