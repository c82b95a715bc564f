export { DetectorModule } from './detector.module.js';
