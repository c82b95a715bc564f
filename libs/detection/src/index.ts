export { type Assessment, type SeriesAssessment, type ServiceStatus, assess, rememberOpened } from './assess.js';
export { type CandidateDeployment, type Finding, type QualityFlag, type SeriesPoint } from './finding.js';
export { findingsBeside } from './late.change.js';
export { type FilterCount, type FilterName, type Removal } from './funnel.js';
export { type RiseScan, type SideMinimums, type Split, scanForRise, splitSeries } from './change-point.js';
export { type ChainFrame, type StopReason } from './folding.js';
export {
  type CallEdgeInput,
  type CostMetric,
  type DeployedCommit,
  type DeploymentInput,
  type DeploymentRecord,
  type EdgeRow,
  type FrameOrigin,
  type FunctionCostInput,
  type FunctionRow,
  type IgnoredReason,
  type Observation,
  type OpenedFinding,
  type ProfileInput,
  type RetentionOptions,
  type ServiceHistory,
  applyDeployment,
  applyProfile,
  defaultRetention,
  emptyHistory,
} from './history.js';
export { type AssessOptions, defaultAssessOptions } from './options.js';
export { type SetAsideReason } from './series.js';
export {
  emptyMemory,
  judgedHistory,
  rememberChange,
  rememberProfile,
  rememberQuality,
  type KnownProfile,
  type ServiceMemory,
} from './service.memory.js';
export { benjaminiHochberg, regularisedIncompleteBeta, studentTUpperTail } from './student-t.js';
