export type { ModelAccess } from './model.draft.js';
export { SkillExecutorModule } from './skill-executor.module.js';
