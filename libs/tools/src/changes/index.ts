export { changesTools, type ChangesPort } from './changes.tools.js';
