import { canonicalJson } from '@headroom/contracts';
import type { Anthropic } from '@anthropic-ai/sdk';
import type { ListedTool, ModelRequest } from '../ports.js';
import { SYSTEM_PROMPT } from './system.prompt.js';

/** The text of a skill, with what says which it is. */
export interface SkillText {
  name: string;
  version: string;
  /** Of its folder. */
  digest: string;
  /** Markdown of `SKILL.md`, without the front matter. */
  body: string;
}

/** The skill of a run. */
export interface RunSkill extends SkillText {
  /** Tools that it needs, by name; only these are offered. */
  tools: readonly string[];
  /** Files that it lists; the model reads them one by one. */
  resources: readonly { path: string; text: string }[];
  /** Skills that it builds on. */
  uses: readonly SkillText[];
}

/** What is known of the case before the run. */
export interface Dossier {
  /** Markdown. */
  text: string;
  /** Ids that occur in it and may be cited: evidence of tools, commits. */
  evidence: readonly string[];
}

/** What is the same in all calls of a run, byte for byte: no time, no counter, nothing unsorted. */
export interface CaseContext {
  model: string;
  maxTokens: number;
  skill: RunSkill;
  /** Wrapped as text of outsiders. */
  dossier: string;
  /** What the model has to know of such text. */
  notice: string;
}

/** The beginning of each request of a run. */
export type RequestHead = Pick<ModelRequest, 'model' | 'max_tokens' | 'tools'> & {
  system: Anthropic.TextBlockParam[];
  opening: Anthropic.MessageParam;
};

const CACHED = { type: 'ephemeral' } as const;
/** How many blocks before a mark the API looks for what is cached. */
const LOOK_BACK = 20;

function skillTag({ name, version, digest, body }: SkillText): string {
  return `<skill_content name="${name}" version="${version}" digest="${digest}">\n${body.trim()}\n</skill_content>`;
}

function skillText({ resources, uses, ...skill }: RunSkill): string {
  const paths = resources.map(({ path }) => path).sort();
  const listed = paths.length === 0 ? '' : `\n<skill_resources>\n${paths.join('\n')}\n</skill_resources>`;
  const others = uses.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(skillTag);
  return [`${skillTag(skill)}${listed}`, ...others].join('\n\n');
}

/** A tool as the API takes it, its keys in one order. */
function wireTool({ name, description, inputSchema }: ListedTool): Anthropic.Tool {
  const { $schema: _, ...schema } = inputSchema;
  return JSON.parse(canonicalJson({ name, description, input_schema: schema })) as Anthropic.Tool;
}

/** Tools, system, skill and dossier, with marks of the cache after system, skill and dossier. */
export function requestHead(context: CaseContext, tools: readonly ListedTool[]): RequestHead {
  const { model, maxTokens, skill, dossier, notice } = context;
  return {
    model,
    max_tokens: maxTokens,
    tools: tools.map(wireTool),
    system: [
      { type: 'text', text: `${SYSTEM_PROMPT}\n\n${notice}`, cache_control: CACHED },
      { type: 'text', text: skillText(skill), cache_control: CACHED },
    ],
    opening: { role: 'user', content: [{ type: 'text', text: dossier, cache_control: CACHED }] },
  };
}

/** A request: the head, then the turns, with a fourth mark of the cache on the last of them. */
export function requestOf(head: RequestHead, turns: readonly Anthropic.MessageParam[]): ModelRequest {
  const { opening, system, ...rest } = head;
  const messages = joined([opening, ...turns]);
  marked(messages.at(-1)!.content);
  const isBridged = bridged(messages);
  return {
    ...rest,
    system: isBridged ? withoutFirstMark(system) : system,
    messages: messages as Anthropic.MessageParam[],
  };
}

/** Whether a block holds thinking: it takes no mark, and no message may end with it. */
export function isThinking({ type }: { type: string }): boolean {
  return type === 'thinking' || type === 'redacted_thinking';
}

/** A message whose blocks are its own. */
type Blocks = { role: Anthropic.MessageParam['role']; content: Anthropic.ContentBlockParam[] };

/** Messages to the model that follow each other as one. */
function joined(messages: readonly Anthropic.MessageParam[]): Blocks[] {
  const found: Blocks[] = [];
  for (const { role, content } of messages) {
    const blocks = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content;
    const last = found.at(-1);
    if (role === 'user' && last?.role === role) last.content.push(...blocks);
    else found.push({ role, content: [...blocks] });
  }
  return found;
}

/** Marks the last block that takes a mark; false where it has one already. */
function marked(content: Anthropic.ContentBlockParam[]): boolean {
  const at = content.findLastIndex((block) => !isThinking(block));
  const block = content[at];
  if (!block || ('cache_control' in block && block.cache_control)) return false;
  content[at] = { ...block, cache_control: CACHED } as Anthropic.ContentBlockParam;
  return true;
}

/**
 * Where the last turn holds as many blocks as the cache looks back from the mark at its end, as many calls at once do, what was cached
 * before it is found only by a mark of its own.
 */
function bridged(messages: readonly Blocks[]): boolean {
  const answer = messages.findLastIndex(({ role }) => role === 'assistant');
  const added = messages.slice(answer).reduce((sum, { content }) => sum + content.length, 0);
  return answer > 0 && added >= LOOK_BACK && marked(messages[answer - 1]!.content);
}

/** Four marks are the most that a request may have; what the first keeps, the second keeps as well. */
function withoutFirstMark([first, ...others]: RequestHead['system']): RequestHead['system'] {
  const { cache_control: _, ...plain } = first!;
  return [plain, ...others];
}
