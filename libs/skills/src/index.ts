export {
  PLAYBOOK_KINDS,
  type PlaybookKind,
  type Skill,
  type SkillFile,
  type SkillKind,
  type SkillModelUse,
  type SkillPredicate,
  type SkillSide,
} from './skill/skill.js';
export { parseSkillFile, type ParsedSkillFile } from './skill/skill.file.js';
export { digestFolder } from './skill/skill.folder.js';
export { loadSkills, type SkillCatalogue, type SkippedSkill } from './skill/skill.loader.js';
export { lintSkills, type SkillProblem } from './skill/skill.linter.js';
export { composedOf } from './skill/composition.js';
export { matchInputOf, type MatchedBeyond, type MatchedDossier, type MatchInput } from './matching/match.input.js';
export { matchSkills, type SkillMatches, type SkillMismatch } from './matching/skill.matcher.js';
export { preflight, usableSkills, type SkillSurroundings } from './matching/preflight.js';
export type { PlaybookRule } from './rules/rule.file.js';
export {
  concludes,
  linesWrittenBy,
  type PlaybookAbstention,
  type PlaybookAlternative,
  type PlaybookCandidate,
  type PlaybookFact,
  type PlaybookHypothesis,
  type PlaybookInput,
  type PlaybookNote,
  type PlaybookPatch,
  type PlaybookResult,
  type RevertAttempt,
  type RevertPort,
  type Suspect,
  type WrittenLines,
} from './playbooks/playbook.js';
export { runPlaybook } from './playbooks/playbook.runner.js';
export { detectOpportunities } from './opportunities/detection.js';
export type { Detection, DetectionInput, DetectionProblem, Opportunity } from './opportunities/opportunity.js';
