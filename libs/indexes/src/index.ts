export type { ChangeIndex, TimeWindow } from './change.index.js';
export type { CaseIndex, CaseQuery, SimilarCase } from './case.index.js';
export type { ProfileIndex } from './profile.index.js';
export { caseKey, ProjectedCases, projectedCase, projectedCases, PROJECTOR_GROUP } from './projected.cases.js';
export { ServiceIndex } from './service.index.js';
export type { Measured, MeasuredStretch, MeasurementIndex } from './measurement.index.js';
export { ServiceMeasurements } from './service.measurements.js';
export {
  isUnderWay,
  OpportunityCases,
  opportunityKey,
  projectedOpportunities,
  projectedOpportunity,
  type KnownOpportunity,
  type OpportunityCase,
} from './projected.opportunities.js';
