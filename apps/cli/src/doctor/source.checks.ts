import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf } from '@headroom/contracts';
import { loadConfig, repositoryLocation, type ConfigLocations, type ToolsSettings } from '@headroom/platform';
import { ExperimentFiles, growthBookOf, prometheusOf, pyroscopeOf } from '@headroom/tools';
import { newestCommit, redactLocation } from '@headroom/workspace';
import { environment } from '../environment.js';
import { failed, failure, ok, skipped, warning, type Check, type Finding } from './check.js';

type Env = Readonly<Record<string, string | undefined>>;
type Look = (settings: ToolsSettings, locations: ConfigLocations, signal: AbortSignal) => Promise<Finding[]>;

/** Checks each server, folder and repository that the `tools` block of a configuration names. */
export function sourceChecks(config: string | undefined, dataDir: string, env: Env = environment.inherited): Check[] {
  const loaded = config === undefined ? undefined : loadConfig(config);
  // A configuration that is not valid is told by its own check.
  const settings = loaded?.catch(() => undefined);
  const check = (name: string, key: string, look: Look): Check => ({
    name,
    run: async (signal) => {
      const valid = await settings;
      const findings = valid ? await look(valid.config.tools, { configDir: valid.configDir, dataDir }, signal) : [];
      return findings.length > 0 ? findings : [skipped(`none is named (tools.${key})`)];
    },
  });
  return [
    check('prometheus', 'prometheus', async (tools, _, signal) => {
      if (!tools.prometheus) return [];
      return told(`Check tools.prometheus and that this machine may reach it.`, async () => {
        const version = await prometheusOf(tools, env)!.version(signal);
        return ok(`version ${version}, ${Object.keys(tools.prometheus!.metrics).length} named metrics`);
      });
    }),
    check('pyroscope', 'pyroscope', async (tools, _, signal) => {
      if (!tools.pyroscope) return [];
      return told('Check tools.pyroscope and that this machine may reach it.', async () => {
        const count = await pyroscopeOf(tools, env)!.count(signal);
        if (count > 0) return ok(`profiles of ${count} services in the last ${tools.pyroscope!.lookBackHours} h`);
        const fix = 'Check tools.pyroscope.labels.service and .tenant.';
        return warning('HEADROOM_PYROSCOPE_EMPTY', 'it has no service under that label', fix);
      });
    }),
    check('growthbook', 'growthbook', async (tools, _, signal) => {
      if (!tools.growthbook) return [];
      return told('Check tools.growthbook and the key in its variable.', async () =>
        ok(`${await growthBookOf(tools, env)!.count(signal)} experiments`),
      );
    }),
    check('experiments', 'experiments', ({ experiments }, { configDir }) => {
      if (!experiments) return Promise.resolve([]);
      return told('Mend tools.experiments.path.', () => experimentsIn(resolve(configDir, experiments.path)));
    }),
    check('settings', 'configuration', async ({ configuration }, locations, signal) => {
      if (!configuration) return [];
      const location = repositoryLocation({ repository: configuration }, locations);
      return told('Check tools.configuration.url and .branch, and that this user may read it.', async () => {
        const commit = await newestCommit(location, configuration.branch, signal);
        return ok(`${redactLocation(location)}, ${configuration.branch} is at ${commit.slice(0, 12)}`);
      });
    }),
    // Folders of a repository are read with the repository, which has its own check.
    check('documents', 'docs', ({ docs }, { configDir }) =>
      Promise.all(
        docs.flatMap(({ name, path, repository }) =>
          repository === undefined ? [documentsIn(name, resolve(configDir, path))] : [],
        ),
      ),
    ),
  ];
}

async function told(fix: string, look: () => Promise<Finding | Finding[]>): Promise<Finding[]> {
  try {
    return [await look()].flat();
  } catch (error) {
    return [failure(error, fix)];
  }
}

async function experimentsIn(path: string): Promise<Finding[]> {
  const { experiments, problems } = await new ExperimentFiles(path).check();
  const bad = problems.map((problem) =>
    warning('HEADROOM_EXPERIMENT_FILE_INVALID', problem, 'Mend the file; docs/configuration.md has the format.'),
  );
  return [ok(`${experiments} experiments in ${path}`), ...bad];
}

async function documentsIn(name: string, path: string): Promise<Finding> {
  try {
    const files = (await readdir(path, { recursive: true })).filter((each) => /\.(?:md|markdown)$/i.test(each));
    if (files.length > 0) return ok(`${name}: ${files.length} documents`);
    return warning('HEADROOM_DOCS_EMPTY', `${name}: ${path} holds no Markdown`, 'Mend tools.docs, or remove it there.');
  } catch (error) {
    return failed('HEADROOM_DOCS_UNREADABLE', `${name}: ${messageOf(error)}`, 'Mend the path in tools.docs.');
  }
}
