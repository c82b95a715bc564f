import type { Anthropic } from '@anthropic-ai/sdk';

/** What a run did, as far as it matters for going on. */
export interface RunMemory {
  /** Each answered call in a few words, in order. */
  looked: readonly { tool: string; args: string; evidence?: string }[];
  candidates: readonly { number: number; title: string; patch: string }[];
  /** Edits of the candidate that is being drafted. */
  drafting?: { number: number; title: string; patch: string };
  turnsLeft: number;
}

const MOST_LOOKS = 60;
const ARGUMENTS = 200;

/** One message in place of all turns so far: what was looked up, by its evidence, and what was drafted. Skill and dossier stay as they are. */
export function compacted(memory: RunMemory): Anthropic.MessageParam {
  const looked = memory.looked
    .slice(-MOST_LOOKS)
    .map(({ tool, args, evidence }) => `- ${tool} ${args.slice(0, ARGUMENTS)}${evidence ? ` → ${evidence}` : ''}`);
  const drafts = memory.candidates.map(
    ({ number, title, patch }) => `Candidate ${number}, finished: ${title}\n${patch}`,
  );
  const { drafting } = memory;
  const lines = [
    'The turns before this were taken out of the context, because it was full. What they did:',
    ...(looked.length > 0 ? looked : ['- nothing was looked up']),
    ...drafts,
    ...(drafting ? [`Candidate ${drafting.number}, being drafted: ${drafting.title}\n${drafting.patch}`] : []),
    `Turns left: ${memory.turnsLeft}. Evidence ids above may still be cited. Look up again only what you need, and conclude soon.`,
  ];
  return { role: 'user', content: [{ type: 'text', text: lines.join('\n') }] };
}
