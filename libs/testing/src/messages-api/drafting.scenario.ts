import { calls, says, type Answer } from './answers.js';
import { inSteps, Unexpected, type Requirements, type Scenario, type SeenRequest } from './scenario.js';

/** One call of a tool by its name. */
export interface ScriptedCall {
  tool: string;
  input: unknown;
}

export interface DraftByEdits {
  requires: Omit<Requirements, 'tools'>;
  /** How the model reads the function first. */
  read: ScriptedCall;
  /** Text that must stand in what it read, or it will not edit. */
  sees: string;
  /** One after another: each only when the one before was taken. */
  edits: readonly ScriptedCall[];
  /** How it concludes: by a call, or in words; a function is given the request, to quote what was sent. */
  conclude: ScriptedCall | string | ((request: SeenRequest) => Answer);
}

/**
 * A model that drafts a patch: it reads the function with a tool, edits only what it has read, and concludes when its edits were
 * taken. An error of a tool, or another text than the one it wants to edit, ends it with 400 and the reason.
 */
export function draftsByEdits({ requires, read, sees, edits, conclude }: DraftByEdits): Scenario {
  const tools = [read, ...edits, ...(typeof conclude === 'object' ? [conclude] : [])].map(({ tool }) => tool);
  return inSteps('drafts a patch by edits', { ...requires, tools: [...new Set(tools)] }, [
    () => calls(read),
    ...edits.map((edit, index) => (request: SeenRequest) => {
      const text = taken(request, index === 0 ? read.tool : edits[index - 1]!.tool);
      if (index === 0 && !text.includes(sees)) {
        throw new Unexpected(
          `${read.tool} did not show ${JSON.stringify(sees)} but ${JSON.stringify(text.slice(0, 400))}.`,
        );
      }
      return calls(edit);
    }),
    (request) => {
      taken(request, edits.at(-1)?.tool ?? read.tool);
      if (typeof conclude === 'function') return conclude(request);
      return typeof conclude === 'string' ? says(conclude) : calls(conclude);
    },
    // Where concluding is a call, its result may be sent back once more.
    () => says('Done.'),
  ]);
}

/** Text of the result of a tool that was called last; it must have worked. */
function taken({ results }: SeenRequest, tool: string): string {
  const result = results.find((each) => each.tool === tool);
  if (!result) throw new Unexpected(`The result of ${tool} is missing.`);
  if (result.isError) throw new Unexpected(`${tool} failed: ${result.text.slice(0, 400)}`);
  return result.text;
}
