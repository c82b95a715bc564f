export { folderPrint } from './folder.print.js';
export { Sandbox } from './sandbox.js';
export { createSandbox, type SandboxOptions } from './sandbox.probe.js';
export type {
  CapturedOutput,
  SandboxKind,
  SandboxLimits,
  SandboxMode,
  SandboxMount,
  SandboxOutcome,
  SandboxResult,
  SandboxRun,
} from './sandbox.types.js';
