export { gatherContext, type Dossier, type DossierDocument, type GatheredContext, type GatherInput } from './gather.js';
export type { Owner } from './owners.js';
export { subjectContent, subjectSource, type SubjectSource } from './subject.js';
export { evaluateRootCause } from './evaluation/root.cause.evaluation.js';
export { reportText, type EvaluationReport } from './evaluation/report.js';
export { rootCauseWorlds } from './evaluation/worlds.js';
export type { ExperimentChange } from './candidates.js';
