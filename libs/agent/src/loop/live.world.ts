import { HeadroomError } from '@headroom/contracts';
import { parsePatch } from '@headroom/workspace';
import { digestOf, type AgentJournal } from '../journal/journal.js';
import type { CandidateGate, ListedTool, OutgoingCheck, PatchWorkspace, TextShield } from '../ports.js';
import type { ModelCaller } from './model.caller.js';
import type { ToolCaller } from './tool.caller.js';
import type { Answers, AnswerTo, Diff, Question, World } from './world.js';

/** What the loop reaches while it works. */
export interface LiveWorldParts {
  listTools: () => Promise<ListedTool[]>;
  model: ModelCaller;
  tools: ToolCaller;
  workspace: PatchWorkspace;
  gates?: CandidateGate | undefined;
  shield: TextShield;
  guard?: OutgoingCheck | undefined;
  journal: AgentJournal;
  signal: AbortSignal;
}

const UNCHANGED: Diff = { patch: '', files: [], changedLines: 0 };
const MOST_PROBLEMS = 10;
/** Characters. */
const LONGEST_PROBLEM = 2000;

type Handlers = { [Kind in Question['kind']]: (question: Extract<Question, { kind: Kind }>) => Promise<Answers[Kind]> };

/**
 * The model, the tool-server and the checkout. What the first two answered is stored; edits are made again by a run that goes on after
 * it was killed: the checkout may be another one, and they cost nothing.
 */
export function liveWorld(parts: LiveWorldParts): World {
  const { listTools, model, tools, workspace, gates, shield, guard, journal, signal } = parts;
  const stored = async <Value>(name: string, make: () => Promise<Value>): Promise<Value> =>
    (await journal.read<Value>(name)) ?? journal.write(name, await make());
  const handlers: Handlers = {
    // The server may have other tools by the time a killed run goes on; the beginning of its requests must not change.
    tools: () => stored('tools', listTools),
    model: ({ turn, request }) => model.call(turn, request),
    tool: (question) => tools.call(question),
    reset: async () => {
      await workspace.reset();
      return null;
    },
    edit: async ({ edit }) => {
      const { ok, message } = await workspace.edit(edit);
      return { ok, message: shield.cleaned(message) };
    },
    diff: () => diffOf(workspace),
    gates: ({ patch, files }) =>
      stored(`gates:${digestOf(patch)}`, async () => {
        const problems = (await gates?.({ patch, files, signal })) ?? [];
        return problems
          .slice(0, MOST_PROBLEMS)
          .map((text) => shield.wrapped({ source: 'check of the candidate', text: text.slice(0, LONGEST_PROBLEM) }));
      }),
    outgoing: async ({ outcome }) => guard?.checkedOutcome(outcome).outcome ?? outcome,
  };
  return {
    async ask<Asked extends Question>(question: Asked) {
      signal.throwIfAborted();
      const handle = handlers[question.kind] as (question: Question) => Promise<AnswerTo<Asked>>;
      return handle(question);
    },
  };
}

/** A checkout that holds what no candidate may is told to the model, which can mend it. */
async function diffOf(workspace: PatchWorkspace): Promise<Diff> {
  try {
    const patch = await workspace.diff();
    if (patch === '') return UNCHANGED;
    const { files, addedLines, removedLines } = parsePatch(patch);
    return { patch, files: files.map(({ path }) => path), changedLines: Math.max(1, addedLines + removedLines) };
  } catch (error) {
    if (!(error instanceof HeadroomError) || error.code !== 'HEADROOM_CANDIDATE_REFUSED') throw error;
    return { ...UNCHANGED, refused: error.message };
  }
}
