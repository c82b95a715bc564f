import { isUtf8 } from 'node:buffer';
import { HeadroomError } from '@headroom/contracts';
import type { BlobStore } from '@headroom/runtime';
import { ToolError } from '../tool.js';

/**
 * The text under a handle.
 * @throws ToolError for a handle that is none, that nothing is stored under, or that stands for something else than text
 */
export async function storedText(blobs: BlobStore, handle: string): Promise<Buffer> {
  if (!/^[0-9a-f]{64}$/.test(handle)) {
    throw new ToolError(
      `"${handle.slice(0, 80)}" is no handle; take it from overflow.handle of a result, 64 hexadecimal digits`,
    );
  }
  const bytes = await blobs.get({ sha256: handle }).catch((error: unknown) => {
    if (!(error instanceof HeadroomError) || error.code !== 'HEADROOM_BLOB_MISSING') throw error;
    throw new ToolError(
      `Nothing is stored under ${handle}, or not any more; make the call again that gave this handle`,
    );
  });
  if (!isUtf8(bytes) || bytes.includes(0)) {
    throw new ToolError(
      `${handle} stands for ${bytes.length} bytes that are no text; only results of tools can be read`,
    );
  }
  return bytes;
}
