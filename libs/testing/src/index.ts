export {
  buildRepository,
  type BuildRepositoryOptions,
  type TestCommit,
  type TestFile,
  type TestPerson,
} from './git.repository.js';
export { LocalRedis, type LocalRedisOptions } from './redis/local.redis.js';
export { REDIS_ADVICE, redisForTests, type TestRedis } from './redis/redis.for.tests.js';
