export { SkillExecutorModule } from './skill-executor.module.js';
