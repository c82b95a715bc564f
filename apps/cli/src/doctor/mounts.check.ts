import { loadConfig } from '@headroom/platform';
import { mountStates, type MountState } from '@headroom/tool-server';
import { environment } from '../environment.js';
import { version } from '../installation.js';
import { ok, skipped, warning, type Check, type Finding } from './check.js';

function findingsOf({ name, tools, refused, problem }: MountState): Finding[] {
  if (problem !== undefined) {
    const fix = 'Start it, mend tools.mounts, or remove it there; everything else works without it.';
    return [warning('HEADROOM_MOUNT_AWAY', `${name} cannot be reached: ${problem}`, fix)];
  }
  const findings = refused.map(({ tool, reason }) =>
    warning('HEADROOM_MOUNT_TOOL_REFUSED', `${name}: ${tool} is not served, ${reason}`, 'Remove it from allow.'),
  );
  return tools.length > 0 ? [ok(`${name}: ${tools.join(', ')}`), ...findings] : findings;
}

/** Tells of each server of others whether it can be reached and which of its tools are served. */
export function mountsCheck(config: string | undefined): Check {
  return {
    name: 'mounts',
    run: async () => {
      // A configuration that is not valid is told by its own check.
      const loaded = config === undefined ? undefined : await loadConfig(config).catch(() => undefined);
      const mounts = loaded?.config.tools.mounts ?? {};
      if (Object.keys(mounts).length === 0) return skipped('no servers of others are mounted');
      const states = await mountStates(mounts, { env: environment.inherited, version: version() });
      return states.flatMap(findingsOf);
    },
  };
}
