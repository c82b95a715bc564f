export {
  parseCpuProfile,
  type CpuProfile,
  type CpuProfileCallFrame,
  type CpuProfileNode,
  type ParseCpuProfileOptions,
} from './cpu-profile.js';
export { stacksFromCpuProfile, type CpuProfileStacksOptions } from './cpu-profile.stacks.js';
export type { PathMap } from './path.map.js';
export {
  recordProfile,
  type GivenFacts,
  type ProfileFacts,
  type RecordedProfile,
  type RecordProfileOptions,
} from './recorded.profile.js';
export { readProfile, type FetchSource, type ProfileContent, type ReadProfileOptions } from './read.profile.js';
export { PROFILE_FORMATS, type ProfileFormat } from './profile.format.js';
export type { ReadSource } from './source.files.js';
export {
  busyUs,
  type FrameOrigin,
  type LineWeight,
  type StackFrame,
  type Stacks,
  type StacksSummary,
  type WeightedStack,
} from './stacks.js';
export { decodeStacks, encodeStacks, type DecodeStacksOptions } from './stacks.codec.js';
export {
  aggregateCosts,
  edgeCosts,
  functionCosts,
  lineCosts,
  type CostAggregate,
  type EdgeCost,
  type FunctionCost,
  type LineCost,
  type ProcessWork,
} from './stacks.costs.js';
export {
  diffCosts,
  diffEdges,
  diffLines,
  type CostChange,
  type EdgeCostChange,
  type FunctionCostChange,
  type LineCostChange,
} from './costs.diff.js';
export { calleesOf, callersOf, chainsOf, type CallChain, type RelatedFunction } from './stacks.relations.js';
export { mergeStacks } from './stacks.merge.js';
export {
  COMMIT_LABELS,
  commitOfProfile,
  isFullCommit,
  type CommitSources,
  type ProfileCommit,
  type ProfileOrigin,
} from './profile.commit.js';
