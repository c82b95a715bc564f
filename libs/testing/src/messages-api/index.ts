export * from './answers.js';
export { draftsByEdits, type DraftByEdits, type ScriptedCall } from './drafting.scenario.js';
export * from './faults.js';
export { MessagesServer, type MessagesServerOptions } from './messages.server.js';
export type { ComparedBreakpoint } from './prompt.cache.js';
export type { AnswerRecord, LogRecord, RequestRecord } from './request.log.js';
export {
  byRequest,
  inSteps,
  Unexpected,
  type Requirements,
  type Scenario,
  type SeenRequest,
  type SeenResult,
} from './scenario.js';
export { startMessagesServer, type MessagesProcess } from './messages.process.js';
