export { BlameMemory } from './blame.memory.js';
export { codeOwners, recentAuthors, type Owner } from './code.owners.js';
export { redactLocation } from './git.location.js';
export {
  GitMirror,
  openMirror,
  type BlameRange,
  type BranchPush,
  type DiffOptions,
  type LineRange,
  type OpenMirrorOptions,
  type PatchCommit,
} from './git.mirror.js';
export type { TreeChange } from './changed.trees.js';
export type { ObjectReader } from './object.reader.js';
export { runGit } from './git.process.js';
export { newestCommit } from './git.probe.js';
export type { BlameLine, ChangedFile, CommitInfo, CommitPerson } from './git.records.js';
export { findWords, revertCommit, type Revert, type RevertOptions, type WordPlace } from './git.revert.js';
export { applyPatch, parsePatch, type PatchedFile, type PatchSummary } from './patch.js';
export type { DiffHunk, FileDiff as FileChange, FileStatus } from './unified.diff.js';
export { patchOfTexts, type ChangedText } from './text.patch.js';
