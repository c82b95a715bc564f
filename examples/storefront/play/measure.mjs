/** Serves the load to one deployment and measures what it costs. */
import { hostCpuSeconds, mainThreadCpuSeconds, ownCpuSeconds, treeCpuSeconds } from './cpu.mjs';
import { Load } from './load.mjs';

const WARM_UP_REQUESTS = 6000;
const WINDOWS = 3;
const WINDOW_REQUESTS = 3000;
const SEED = 20250901;

function counters(pid) {
  return {
    at: Date.now(),
    service: treeCpuSeconds(pid),
    main: mainThreadCpuSeconds(pid),
    own: ownCpuSeconds(),
    host: hostCpuSeconds(),
  };
}

/** What happened between two readings. The rest of the host is everything but the service and this load generator. */
function between(before, after, requests) {
  const cpuSeconds = after.service - before.service;
  const rest = after.host - before.host - cpuSeconds - (after.own - before.own);
  return {
    startedAt: new Date(before.at).toISOString(),
    endedAt: new Date(after.at).toISOString(),
    requests,
    cpuSeconds,
    mainThreadCpuSeconds: after.main - before.main,
    restOfHostCores: Math.max(0, rest) / ((after.at - before.at) / 1000),
  };
}

async function warmUp(load) {
  await load.prepare();
  await load.run(WARM_UP_REQUESTS);
}

/**
 * Warms the service up, then measures three windows under one CPU profile. `settled` is awaited in between: what else
 * this driver has running must not disturb the measurement.
 */
export async function measure(service, profileFile, settled) {
  const load = new Load(service.url, SEED);
  try {
    await Promise.all([warmUp(load), settled]);
    await service.startProfile();
    const readings = [counters(service.pid)];
    for (let window = 0; window < WINDOWS; window += 1) {
      await load.run(WINDOW_REQUESTS);
      readings.push(counters(service.pid));
    }
    await service.stopProfile(profileFile);
    const windows = readings.slice(1).map((after, index) => between(readings[index], after, WINDOW_REQUESTS));
    return { whole: between(readings[0], readings.at(-1), WINDOWS * WINDOW_REQUESTS), windows };
  } finally {
    load.close();
  }
}
