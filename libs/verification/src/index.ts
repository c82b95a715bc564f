export { policyViolations, type PolicyViolation } from './gates/policy.gates.js';
