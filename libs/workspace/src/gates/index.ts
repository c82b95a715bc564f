export { brokenLines, holdsSecret, type BrokenLine, type LineRule } from './added.lines.js';
export { reachableFiles } from './import.reach.js';
export {
  KNOWN_EFFECT,
  limitViolations,
  policyViolations,
  type PolicyLimits,
  type PolicyRule,
  type PolicyViolation,
} from './policy.gates.js';
export { brokenPathRule, type PathRule } from './protected.paths.js';
