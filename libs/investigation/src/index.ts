export { composeDossier, type ComposeInput } from './dossier/compose.js';
export type { Citation, DossierSections, Quote, Section, SectionName, Statement } from './dossier/dossier.js';
export type { ToolCaller } from './dossier/inquiry.js';
export { dossierMarkdown } from './dossier/markdown.js';
export { gatherContext, type Dossier, type DossierDocument, type GatheredContext, type GatherInput } from './gather.js';
export { subjectContent, subjectSource, type SubjectSource } from './subject.js';
