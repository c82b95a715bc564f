/** What the readers of a dossier need: no code that looks anything up. */
export type { DossierDocument } from '../gather.js';
export { dossierMarkdown } from './markdown.js';
