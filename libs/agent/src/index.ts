export {
  abstentionReasonSchema,
  agentOutcomeSchema,
  factSchema,
  hypothesisSchema,
  type AgentOutcome,
} from './outcome.js';
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
