import { HeadroomError } from '@headroom/contracts';
import { pullSources } from '@headroom/gateway';
import { loadConfig } from '@headroom/platform';
import { environment } from '../environment.js';
import { failure, ok, skipped, warning, type Check, type Finding } from './check.js';

/** Asks each source that profiles are pulled from for one, for a second. */
export function pullCheck(
  config: string | undefined,
  env: Readonly<Record<string, string | undefined>> = environment.inherited,
): Check {
  // A configuration that is not valid is told by its own check.
  const loaded = config === undefined ? undefined : loadConfig(config).catch(() => undefined);
  return {
    name: 'pulled profiles',
    run: async (signal) => {
      const valid = await loaded;
      const plan = valid?.config.profiles.pull ?? [];
      if (!valid || plan.length === 0) return skipped('none is named (profiles.pull)');
      const settings = plan.map((each) => ({ ...each, seconds: 1 }));
      return Promise.all(pullSources({ settings, tools: valid.config.tools, env }).map((each) => look(each, signal)));
    },
  };
}

async function look(
  { settings, source }: ReturnType<typeof pullSources>[number],
  signal: AbortSignal,
): Promise<Finding> {
  const { service } = settings;
  try {
    const endMs = Date.now() - source.readyAfterMs + settings.everySeconds * 1000;
    const found = await source.pull({ startMs: endMs - settings.everySeconds * 1000, endMs }, signal);
    if (found.length > 0) return ok(`${service}: ${source.address} answers`);
    const fix = 'Check the name of the service there (tools.pyroscope.services) and its environment.';
    return warning('HEADROOM_PULL_EMPTY', `${service}: ${source.address} has no profile of it lately`, fix);
  } catch (error) {
    const isBusy = error instanceof HeadroomError && error.code === 'HEADROOM_PULL_BUSY';
    if (isBusy) return ok(`${service}: ${source.address} is being profiled right now`);
    const { message, ...rest } = failure(error, 'Check profiles.pull and that this machine may reach it.');
    return { ...rest, message: `${service}: ${message}` };
  }
}
