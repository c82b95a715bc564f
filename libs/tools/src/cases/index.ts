export { casesTools } from './cases.tools.js';
