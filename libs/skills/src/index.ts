export type { Skill, SkillFile, SkillKind, SkillPredicate, SkillSide } from './skill/skill.js';
export { parseSkillFile, type ParsedSkillFile } from './skill/skill.file.js';
export { digestFolder } from './skill/skill.folder.js';
export { loadSkills, type SkillCatalogue, type SkippedSkill } from './skill/skill.loader.js';
export { lintSkills, type SkillProblem } from './skill/skill.linter.js';
export { matchSkills, type MatchInput, type SkillMatches, type SkillMismatch } from './skill/skill.matcher.js';
export type { PlaybookRule } from './rules/rule.file.js';
export {
  linesWrittenBy,
  type PlaybookAbstention,
  type PlaybookFact,
  type PlaybookInput,
  type PlaybookPatch,
  type PlaybookResult,
  type Suspect,
  type WrittenLines,
} from './playbooks/playbook.js';
export { runPlaybook } from './playbooks/playbook.runner.js';
export { detectOpportunities } from './opportunities/detection.js';
export type { Detection, DetectionInput, DetectionProblem, Opportunity } from './opportunities/opportunity.js';
