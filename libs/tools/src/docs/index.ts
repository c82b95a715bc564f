export { docsTools } from './docs.tools.js';
export type { DocsSource } from './docs.port.js';
export { FolderDocs, type DocsFolder } from './folder.docs.js';
