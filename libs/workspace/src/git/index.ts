export { redactLocation } from './git.location.js';
export type { BranchPush, DiffOptions, GitMirror as MirrorReader, PatchCommit } from './git.mirror.js';
export type { BlameLine, CommitInfo, CommitPerson } from './git.records.js';
export { openMirror, type OpenedMirror as GitMirror, type OpenMirrorOptions } from './mirror.open.js';
export { applyPatch, parsePatch, type PatchedFile, type PatchSummary } from './patch.js';
export { parseUnifiedDiff, type DiffHunk, type FileDiff, type FileDiff as FileChange, type FileStatus } from './unified.diff.js';
