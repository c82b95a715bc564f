export { ContextGathererModule } from './context-gatherer.module.js';
