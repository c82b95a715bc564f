import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BlobRef } from '@headroom/contracts';
import type { BlobStore, KeyValueStore } from '@headroom/runtime';
import { redactDeep } from '@headroom/tools';
import { DEFAULT_BUDGETS, type Budgets } from './budget/budgets.js';
import { Ledger } from './budget/ledger.js';
import { DEFAULT_MODEL, pricesOf, type ModelPrices } from './budget/prices.js';
import { WallClock } from './budget/wall.clock.js';
import { resultTokens } from './context/bounded.text.js';
import type { Dossier, RunSkill, SkillText } from './context/case.context.js';
import { storeJournal, type RunIdentity } from './journal/journal.js';
import { liveWorld } from './loop/live.world.js';
import { ModelCaller } from './loop/model.caller.js';
import { cacheReadShare, type ProgressListener } from './loop/progress.js';
import { runLoop, type RunPlan } from './loop/run.loop.js';
import { ToolCaller } from './loop/tool.caller.js';
import type { ModelReply } from './loop/world.js';
import { MessagesClient, type ModelEndpoint } from './model/messages.client.js';
import type { AgentOutcome } from './outcome.js';
import type {
  CandidateGate,
  Clock,
  OutgoingCheck,
  PatchWorkspace,
  TextShield,
  TokenUsage,
  ToolClient,
} from './ports.js';
import { offeredTools } from './tools/offered.tools.js';
import { RecordingWorld, type Transcript, type TranscriptEntry } from './transcript/transcript.js';

/** The model and what it costs. */
export interface ModelSettings extends ModelEndpoint {
  /** @default `DEFAULT_MODEL` */
  name?: string | undefined;
  /** Most tokens of one answer. @default 8000 */
  maxTokens?: number;
  /** Tokens that the model takes. @default 1,000,000 */
  contextTokens?: number;
  /** Prices by model, before those of the list. A model without a price is not called. */
  prices?: Readonly<Record<string, ModelPrices>>;
}

/** One case for a model to work on. */
export interface AgentInput {
  case: RunIdentity & {
    /** Whose money it is. */
    team: string;
  };
  skill: RunSkill;
  dossier: Dossier;
  model: ModelSettings;
  /** @default `DEFAULT_BUDGETS`, each for itself */
  budgets?: Partial<Budgets>;
  tools: ToolClient;
  workspace: PatchWorkspace;
  /** Checks each candidate that is finished. @default none */
  gates?: CandidateGate;
  shield: TextShield;
  /**
   * Checks what the model says before it goes to a tool or into the outcome; the tools that it lets through are those of the skill and
   * {@link ALWAYS_OFFERED}. @default nothing is refused
   */
  guard?: OutgoingCheck;
  /** Holds journal and ledger. */
  store: KeyValueStore;
  blobs: BlobStore;
  signal: AbortSignal;
  /** @default the clock of the process */
  clock?: Clock;
  /** 0 to 1. @default `Math.random` */
  random?: () => number;
  onProgress?: ProgressListener;
}

/** What came of it. */
export interface AgentResult {
  outcome: AgentOutcome;
  model: {
    name: string;
    usage: TokenUsage;
    /** Of the answers of this run, US dollars. */
    usd: number;
    /** Of the case in all its attempts, with what is set aside for calls that never ended. */
    usdOfCase: number;
    /** Share of the input that was read from the cache, 0 to 1. */
    cacheReadShare: number;
    turns: number;
    toolCalls: number;
  };
  /** JSON of a {@link Transcript}. */
  transcript: BlobRef;
}

const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
};
const MAX_TOKENS = 8000;
const CONTEXT_TOKENS = 1_000_000;

/**
 * Works on a case with a model until it concludes or a budget ends it. Run again after it was killed, it goes on with what is stored;
 * run again after it ended, it yields the same result.
 * @throws HeadroomError `HEADROOM_MODEL_AWAY`, `HEADROOM_AGENT_TOOLS_AWAY`, `HEADROOM_AGENT_TOOL_MISSING`, `HEADROOM_AGENT_LEDGER_BUSY`
 * (retryable: nothing is lost), `HEADROOM_MODEL_KEY_REFUSED`, `HEADROOM_MODEL_REQUEST_REFUSED`; the reason of `signal`
 */
export async function runAgent(input: AgentInput): Promise<AgentResult> {
  const { case: identity, store, signal, clock = systemClock } = input;
  signal.throwIfAborted();
  const journal = storeJournal(store, identity);
  const before = await journal.read<AgentResult>('result');
  if (before) return before;
  const budgets = { ...DEFAULT_BUDGETS, ...input.budgets };
  const wall = new WallClock(budgets.minutes);
  try {
    const plan = planOf(input, budgets);
    const ledger = new Ledger(store);
    const world = new RecordingWorld(worldOf(input, plan, { ledger, wall, clock }), () => clock.now());
    const end = await runLoop(plan, world);
    const { usage, usd } = totalsOf(world.entries);
    const { outcome, turns, toolCalls } = end;
    const transcript: Transcript = {
      format: 'headroom.agent.transcript',
      version: 1,
      case: identity,
      plan,
      entries: world.entries,
      outcome: redactDeep(outcome),
      totals: { turns, toolCalls, usage, usd, durationMs: wall.elapsedMs },
    };
    const blob = await input.blobs.put(Buffer.from(JSON.stringify(transcript)), 'application/json');
    const usdOfCase = (await ledger.spentOn(identity.caseId)).usd;
    const model = {
      name: plan.context.model,
      usage,
      usd,
      usdOfCase,
      cacheReadShare: cacheReadShare(usage),
      turns,
      toolCalls,
    };
    return await journal.write<AgentResult>('result', { outcome, model, transcript: blob });
  } finally {
    wall.stop();
  }
}

/** Without secrets from the beginning: the model sees none, and the transcript holds the plan that was followed, to the letter. */
function planOf({ skill, dossier, model, shield }: AgentInput, budgets: Budgets): RunPlan {
  return redactDeep({
    context: {
      model: model.name ?? DEFAULT_MODEL,
      maxTokens: model.maxTokens ?? MAX_TOKENS,
      skill: cleanedSkill(skill, shield),
      dossier: shield.wrapped({ source: 'dossier', text: dossier.text }),
      notice: shield.notice,
    },
    evidence: [...dossier.evidence],
    budgets,
  });
}

/** A skill is followed, so it is not marked as text of outsiders; what its readers do not see it says to no model. */
function cleanedSkill(skill: RunSkill, shield: TextShield): RunSkill {
  const clean = <Text extends SkillText>(text: Text): Text => ({ ...text, body: shield.cleaned(text.body) });
  const resources = skill.resources.map(({ path, text }) => ({ path, text: shield.cleaned(text) }));
  return { ...clean(skill), resources, uses: skill.uses.map(clean) };
}

function worldOf(
  input: AgentInput,
  { context, budgets }: RunPlan,
  { ledger, wall, clock }: { ledger: Ledger; wall: WallClock; clock: Clock },
) {
  const { case: identity, skill, model, tools, store, shield, blobs, signal, workspace, gates, guard } = input;
  const { random = Math.random, onProgress = () => undefined } = input;
  const journal = storeJournal(store, identity);
  const common = { budgets, journal, wall, signal, onProgress };
  return liveWorld({
    listTools: () => offeredTools(tools, skill.tools, skill.resources.length > 0, signal),
    model: new ModelCaller({
      ...common,
      clock,
      client: new MessagesClient(model),
      prices: pricesOf(context.model, model.prices),
      ledger,
      payer: { caseId: identity.caseId, team: identity.team },
      random,
      newId: randomUUID,
    }),
    tools: new ToolCaller({
      ...common,
      tools,
      guard,
      shield,
      blobs,
      resultTokens: resultTokens(model.contextTokens ?? CONTEXT_TOKENS),
    }),
    workspace,
    gates,
    shield,
    guard,
    journal,
    signal,
  });
}

function totalsOf(entries: readonly TranscriptEntry[]): { usage: TokenUsage; usd: number } {
  const usage = { input: 0, output: 0, cacheWrite: 0, cacheRead: 0 };
  let usd = 0;
  for (const { kind, answer } of entries) {
    const reply = answer as ModelReply | { kind: 'limit' };
    if (kind !== 'model' || reply.kind !== 'reply') continue;
    usd += reply.usd;
    for (const key of ['input', 'output', 'cacheWrite', 'cacheRead'] as const) usage[key] += reply.usage[key];
  }
  return { usage, usd };
}
