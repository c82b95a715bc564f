export { commandOn, type CommandDecision, type CommandRequest } from './case.command.js';
export { type EventMeta } from './case.entry.js';
export { endedWithoutMerge, foldCase, isSettled, summariseCase } from './case.fold.js';
export { type CaseRecords, type ChangeFigures, type EvidenceSummary, renderCase, renderCaseList } from './case.text.js';
export {
  type CaseEventName,
  type CaseFacts,
  type CaseParking,
  type CaseStage,
  type CaseState,
  type CaseStop,
  type CaseSummary,
  type CaseView,
  type CommandSummary,
  type DraftSummary,
  type ProposalSummary,
  type RootCauseSummary,
  type SameCause,
  type SettlementSummary,
  type TimelineEntry,
} from './case.view.js';
export { renderOpportunityList, type OpportunityLine } from './opportunity.text.js';
export { foldService, type ServiceView } from './service.fold.js';
