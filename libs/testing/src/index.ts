export {
  buildRepository,
  type BuildRepositoryOptions,
  type TestCommit,
  type TestFile,
  type TestPerson,
} from './git.repository.js';
