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
export { digestFolder, skillResources } from './skill/skill.folder.js';
export {
  loadSkills,
  type SkillCatalogue,
  type SkillSource,
  type SkillsPlace,
  type SkippedSkill,
} from './skill/skill.loader.js';
export { lintSkills, type SkillProblem } from './skill/skill.linter.js';
export { lintVersions, type VersionCheck } from './skill/skill.versions.js';
export { SCAFFOLD_LANGUAGES, scaffoldSkill, type ScaffoldOptions } from './skill/skill.scaffold.js';
export { composedOf } from './skill/composition.js';
export {
  findingFrames,
  matchInputOf,
  type MatchedBeyond,
  type MatchedDossier,
  type MatchInput,
} from './matching/match.input.js';
export { matchSkills, type SkillMatches, type SkillMismatch } from './matching/skill.matcher.js';
export { ruleMatcher } from './matching/rule.matches.js';
export { preflight, usableSkills, type SkillSurroundings } from './matching/preflight.js';
export type { PlaybookRule } from './rules/rule.file.js';
export {
  concludes,
  type CostDomain,
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
export { costDomains, onlyMoved } from './playbooks/notes/cost.domains.js';
export { runPlaybook } from './playbooks/playbook.runner.js';
export { readEvals, type EvalCase, type SkillEvals } from './evals/eval.case.js';
export { runEval, type EvalAgent, type EvalOptions, type EvalOutcome } from './evals/eval.runner.js';
export { makeEvalRepository } from './evals/eval.repository.js';
export { runFixtures, type FixtureResult } from './evals/fixture.runner.js';
export {
  benchmarkOf,
  gradingOf,
  summaryOf,
  timingOf,
  type AssertionResult,
  type EvalArm,
  type EvalResult,
  type EvalSummary,
} from './evals/eval.result.js';
export { detectOpportunities } from './opportunities/detection.js';
export type { Detection, DetectionInput, DetectionProblem, Opportunity } from './opportunities/opportunity.js';
