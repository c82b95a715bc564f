import type { Logger } from '@headroom/platform';
import type { BlobStore } from '@headroom/runtime';
import { Toolbox, type AnyTool } from '@headroom/tools';
import { toolsOf, type ToolSource } from './mcp/tool.source.js';
import { openMounts, type NamedMounts } from './mounts/mounts.js';

/** What the tools of a process are made from. */
export interface ServingOptions {
  /** Our own tools. */
  tools: readonly AnyTool[];
  /** Where results go that are over the budget. */
  blobs: BlobStore;
  logger: Logger;
  /** Of this installation. */
  version: string;
  /** Servers of others. @default none */
  mounts?: NamedMounts;
  /** Where tokens of mounts are. @default empty */
  env?: Readonly<Record<string, string | undefined>>;
}

/** Tools that can be called, ours and those of mounted servers. */
export interface Serving extends ToolSource {
  /** Told when there are other tools than before. */
  onChange(listener: () => void): void;
  close(): Promise<void>;
}

/** Puts our tools and those of mounted servers into one box. */
export async function openTools(options: ServingOptions): Promise<Serving> {
  const { tools, blobs, logger, version, mounts: settings = {}, env = {} } = options;
  const listeners = new Set<() => void>();
  const box = (more: readonly AnyTool[]): ToolSource =>
    toolsOf(new Toolbox([...tools, ...more], { blobs, now: Date.now, logger }));
  const refresh = () => {
    source = box(mounts.tools());
    for (const listener of listeners) listener();
  };
  const mounts = await openMounts(settings, { env, version, logger, onChange: refresh });
  let source = box(mounts.tools());
  return {
    list: () => source.list(),
    call: (name, args, call) => source.call(name, args, call),
    onChange: (listener) => void listeners.add(listener),
    close: () => mounts.close(),
  };
}
