export {
  abstentionReasonSchema,
  agentOutcomeSchema,
  factSchema,
  hypothesisSchema,
  type AgentOutcome,
} from './outcome.js';
