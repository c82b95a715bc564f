import { MemoryBlobs, openMemory, type EmbeddedParts } from '@headroom/runtime';
import { calls, MessagesServer, says, type Answer, type Scenario, type SeenRequest } from '@headroom/testing';
import { defineTool, Toolbox, toolListing, type AnyTool } from '@headroom/tools';
import { z } from 'zod';
import type { AgentProgress } from '../loop/progress.js';
import type { AgentInput } from '../run.agent.js';
import type { ToolClient } from '../ports.js';
import { CaseShield } from '../safety/case.shield.js';
import { MemoryWorkspace } from './memory.workspace.js';

/** The function of the case. */
export const WORDS = `export function count(texts: string[]): number {
  let total = 0;
  for (const text of texts) {
    const pattern = new RegExp('[a-z]+', 'g');
    total += (text.match(pattern) ?? []).length;
  }
  return total;
}
`;
const PATTERN_LINE = "    const pattern = new RegExp('[a-z]+', 'g');\n";
/** An edit that is taken. */
export const HOIST = {
  path: 'src/words.ts',
  search: `  for (const text of texts) {\n${PATTERN_LINE}`,
  replace: `  const pattern = new RegExp('[a-z]+', 'g');\n  for (const text of texts) {\n`,
};
export const DOSSIER =
  'The function src/words.ts:count takes 41.5 % of the CPU since 1f0c7e5a90; evidence ev-00000000000000000001.';
export const DOSSIER_EVIDENCE = ['ev-00000000000000000001', '1f0c7e5a901f0c7e5a901f0c7e5a901f0c7e5a90'];

const readFile = defineTool({
  name: 'code_read_file',
  title: 'File',
  description: 'Reads a file.',
  input: z.object({ path: z.string().describe('path'), part: z.int().default(1).describe('part') }),
  output: z.object({ path: z.string(), text: z.string() }),
  run: async ({ path, part }) => ({
    data: {
      path,
      text: path === 'src/words.ts' ? WORDS : `part ${part} of ${path}: ${'some text of a file. '.repeat(150)}`,
    },
    source: 'git example@1f0c7e5a90',
    trust: 'untrusted',
  }),
});

/** Tools of a toolbox, without a server between. */
export function toolboxClient(tools: readonly AnyTool[] = [readFile]): ToolClient & { calls: string[] } {
  const box = new Toolbox(tools, { blobs: new MemoryBlobs(), now: Date.now });
  const made: string[] = [];
  return {
    calls: made,
    list: async () => box.list().map(toolListing),
    async call(name, args, signal) {
      made.push(`${name} ${JSON.stringify(args)}`);
      const answer = await box.call(name, args, { signal });
      if (!answer.ok) return { ok: false, text: answer.message };
      const { meta } = answer.envelope;
      return { ok: true, text: JSON.stringify(answer.envelope), evidence: meta.evidence_id, source: meta.source };
    },
  };
}

const SECRET = 'secret-of-the-installation';

export const PRICES = { input: 4, output: 20, cacheWrite: 5, cacheRead: 0.2 };
const MODEL = 'scripted-model';

/** Calls that a scripted model makes. */
export const reads = (path = 'src/words.ts', part = 1): Answer =>
  calls({ tool: 'code_read_file', input: { path, part } });
export const begins = (title = 'Make the pattern once'): Answer =>
  calls({ tool: 'begin_candidate', input: { title, idea: 'The pattern is the same in each round.' } });
export const edits = (edit: object = HOIST): Answer => calls({ tool: 'propose_edit', input: edit });
export const finishes = (): Answer => calls({ tool: 'finish_candidate', input: {} });
export const concludes = (conclusion: object = {}): Answer =>
  calls({
    tool: 'conclude',
    input: {
      outcome: 'patch',
      summary: 'The pattern is made once.',
      facts: [{ text: 'The pattern is made in each round.', evidence: ['src/words.ts:4'] }],
      ...conclusion,
    },
  });
export const abstains = (): Answer =>
  concludes({ outcome: 'abstain', reason: 'no-safe-fix', summary: 'Nothing is safe.', facts: [] });

/** A model of one answer a turn; a turn whose answer is missing is answered in words. */
export function answersBy(answer: (request: SeenRequest) => Answer): Scenario {
  return { name: 'answers by the request', answer };
}

/** The answers of a run that ends in a patch. */
export const DRAFTING: readonly (() => Answer)[] = [reads, begins, () => edits(), finishes, concludes];

/** A scripted model that gives these answers, one a turn, and words after them. */
export function inTurn(answers: readonly (() => Answer)[]): Scenario {
  return answersBy(({ turn }) => answers[turn - 1]?.() ?? says('Done.'));
}

/** What one test runs an agent with. */
export class AgentWorld {
  readonly progress: AgentProgress[] = [];
  readonly blobs = new MemoryBlobs();
  readonly tools = toolboxClient();
  readonly waits: number[] = [];

  private constructor(
    readonly server: MessagesServer,
    readonly parts: EmbeddedParts,
  ) {}

  /** @param cacheMinimumTokens shortest prefix that the model's cache keeps */
  static async start(scenario: Scenario, cacheMinimumTokens = 16): Promise<AgentWorld> {
    const options = { scenario, key: 'key-of-tests', logBodies: true, cacheMinimumTokens };
    const server = await new MessagesServer(options).listen();
    return new AgentWorld(server, await openMemory());
  }

  /** The input of a run against the scripted model. */
  input(change: Partial<AgentInput> = {}): AgentInput {
    return {
      case: { caseId: 'opp-1', attempt: 1, step: 'draft.1', team: 'search' },
      skill: {
        name: 'regex-precompile',
        version: '1.0.0',
        digest: 'sha256:00',
        body: 'Make a pattern once.',
        tools: ['code_read_file'],
        resources: [],
        uses: [],
      },
      dossier: { text: DOSSIER, evidence: DOSSIER_EVIDENCE },
      model: {
        name: MODEL,
        baseURL: this.server.url,
        apiKey: 'key-of-tests',
        maxTokens: 2000,
        prices: { [MODEL]: PRICES },
      },
      tools: this.tools,
      workspace: new MemoryWorkspace({ 'src/words.ts': WORDS, 'src/other.ts': 'export const other = 1;\n' }),
      shield: new CaseShield({ secret: SECRET, caseId: 'opp-1' }),
      store: this.parts.store,
      blobs: this.blobs,
      signal: new AbortController().signal,
      clock: {
        now: Date.now,
        sleep: async (ms) => {
          this.waits.push(ms);
        },
      },
      random: () => 0.5,
      onProgress: (each) => this.progress.push(each),
      ...change,
    };
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.parts.close();
  }
}
