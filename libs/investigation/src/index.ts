export { gatherContext, type Dossier, type DossierDocument, type GatheredContext, type GatherInput } from './gather.js';
export { subjectContent, subjectSource, type SubjectSource } from './subject.js';
