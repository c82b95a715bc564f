export {
  buildRepository,
  type BuildRepositoryOptions,
  type TestCommit,
  type TestFile,
  type TestPerson,
} from './git.repository.js';
export { recordChecker, type CheckedRecord } from './record.checker.js';
