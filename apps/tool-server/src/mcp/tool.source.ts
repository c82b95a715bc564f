import { toolListing, type ToolCall, type ToolListing, type ToolResult, type Toolbox } from '@headroom/tools';

/** Tools that can be listed and called: here, or in another process. */
export interface ToolSource {
  /** By name in ascending order. */
  list(): readonly ToolListing[] | Promise<readonly ToolListing[]>;
  /** Nothing is thrown: what goes wrong is a result. */
  call(name: string, args: unknown, call?: Partial<ToolCall>): Promise<ToolResult>;
}

/** The tools of a toolbox. */
export function toolsOf(toolbox: Toolbox): ToolSource {
  let listed: readonly ToolListing[] | undefined;
  return {
    list: () => (listed ??= toolbox.list().map(toolListing)),
    call: (name, args, call) => toolbox.call(name, args, call),
  };
}
