/**
 * Starts the Kafka broker and the Redis of a test run, once for all its projects. Specs find them through the
 * environment, as they find servers that were given there from the start.
 */

/**
 * The environment for the specs, lines to print, what is missing, whether that fails the run (in CI, and when an address
 * was given), and how to stop exactly what was started.
 */
export async function startServices() {
  // Only here: it is built by the time that tests run, and not when this file is checked.
  const { kafkaForTests, redisForTests } = await import('@headroom/testing');
  const services = { env: {}, lines: [], missing: [], mustFail: false, stop };
  const started = [];

  async function stop() {
    for (const service of started.splice(0)) await service.close();
  }

  async function start(name, given, provide, describe) {
    try {
      const service = await provide();
      started.push(service);
      Object.assign(services.env, describe(service).env);
      services.lines.push(describe(service).line);
    } catch (error) {
      services.env[`HEADROOM_TESTS_WITHOUT_${name}`] = '1';
      services.missing.push(error.message);
      services.mustFail ||= Boolean(process.env.CI || given);
    }
  }

  await Promise.all([
    start('KAFKA', process.env.KAFKA_BROKERS, kafkaForTests, ({ brokers, how, version, clusterId }) => ({
      env: { KAFKA_BROKERS: brokers.join(',') },
      line: `Kafka ${version} (${how}), cluster ${clusterId}, at ${brokers.join(',')}`,
    })),
    start('REDIS', process.env.REDIS_URL, redisForTests, ({ url, how, version }) => ({
      env: { REDIS_URL: url },
      // An address may hold a password.
      line: `Redis ${version} (${how}) at ${new URL(url).host}`,
    })),
  ]);
  return services;
}
