export { DEFAULT_BUDGETS, type Budgets } from './budget/budgets.js';
export { Ledger, type Amount } from './budget/ledger.js';
export { DEFAULT_MODEL, pricesOf, type ModelPrices } from './budget/prices.js';
export type { Dossier, RunSkill, SkillText } from './context/case.context.js';
export type { AgentProgress, ProgressListener } from './loop/progress.js';
export {
  abstentionReasonSchema,
  agentOutcomeSchema,
  alternativeSchema,
  candidateSchema,
  factSchema,
  hypothesisSchema,
  limitSchema,
  type AgentOutcome,
  type Alternative,
  type Candidate,
  type Fact,
  type Hypothesis,
} from './outcome.js';
export type {
  CandidateGate,
  Clock,
  Edit,
  ListedTool,
  OutgoingCheck,
  PatchWorkspace,
  TextShield,
  TokenUsage,
  ToolAnswerText,
  ToolClient,
} from './ports.js';
export { runAgent, type AgentInput, type AgentResult, type ModelSettings } from './run.agent.js';
export { mcpTools, type McpAddress, type McpTools } from './tools/mcp.tools.js';
export { ALWAYS_OFFERED } from './tools/offered.tools.js';
export { replayTranscript } from './transcript/replay.js';
export type { Transcript } from './transcript/transcript.js';
export { CaseRedactor, type RedactedText } from './safety/case.redactor.js';
export { caseScope } from './safety/case.scope.js';
export { CaseShield, type OutsideText } from './safety/case.shield.js';
export {
  CheckoutWorkspace,
  type CheckoutOptions,
  type EditAnswer,
  type EditRules,
} from './safety/checkout.workspace.js';
export { shownText, type ShownText } from './safety/hidden.text.js';
export { OutgoingGuard } from './safety/outgoing.guard.js';
export type { Refusal, SafetyRule } from './safety/refusal.js';
