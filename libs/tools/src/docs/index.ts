export { docsTools } from './docs.tools.js';
export type { DocSection, DocsSource, Documents } from './docs.port.js';
export { FolderDocs, type DocsFolder } from './folder.docs.js';
