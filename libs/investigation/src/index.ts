export { composeDossier, type ComposeInput } from './dossier/compose.js';
export type { Citation, DossierSections, Quote, Section, SectionName, Statement } from './dossier/dossier.js';
export type { KnownSkill, ToolCaller } from './dossier/inquiry.js';
export { gatherContext, type Dossier, type DossierDocument, type GatheredContext, type GatherInput } from './gather.js';
export { subjectContent, subjectSource, type SubjectSource } from './subject.js';
export { evaluateRootCause } from './evaluation/root.cause.evaluation.js';
export { reportText, type EvaluationReport } from './evaluation/report.js';
export { rootCauseWorlds } from './evaluation/worlds.js';
export type { ExperimentChange } from './candidates.js';
