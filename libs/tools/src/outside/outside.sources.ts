import { resolve } from 'node:path';
import type { ChangeIndex, MeasurementIndex, ProfileIndex } from '@headroom/indexes';
import { repositoryLocation, tokenOf, type ConfigLocations, type ToolsSettings } from '@headroom/platform';
import type { BlobStore } from '@headroom/runtime';
import { openMirror } from '@headroom/workspace';
import { PyroscopeSource, type PyroscopeSourceOptions } from '../profiling/index.js';
import { DeployedConfiguration, GitConfiguration, type ConfigurationSource } from '../configuration/index.js';
import { ExperimentFiles, GrowthBookSource, type ExperimentSource } from '../experiments/index.js';
import { OwnMetrics, PrometheusSource, type MetricSource } from '../metrics/index.js';

/** What {@link outsideSources} makes sources of. */
export interface OutsideSourcesOptions {
  /** The `tools:` block. */
  settings: ToolsSettings;
  locations: ConfigLocations;
  /** Folder of git mirrors. */
  cacheDir: string;
  /** Where tokens are, by the names that the settings give. */
  env: Readonly<Record<string, string | undefined>>;
  /** Our own stores; a source whose store is missing is left out. */
  profiles?: ProfileIndex;
  measurements?: MeasurementIndex;
  blobs?: Pick<BlobStore, 'get'>;
  changes?: ChangeIndex;
}

/** Sources of three domains, our own first. */
export interface OutsideSources {
  metrics: MetricSource[];
  experiments: ExperimentSource[];
  configuration: ConfigurationSource[];
}

/**
 * The sources that a configuration names. Nothing is asked here.
 * @throws HeadroomError `HEADROOM_TOKEN_MISSING`
 */
export function outsideSources(options: OutsideSourcesOptions): OutsideSources {
  const { settings, locations, env, profiles, measurements, blobs, changes } = options;
  const prometheus = prometheusOf(settings, env);
  const growthbook = growthBookOf(settings, env);
  const files = settings.experiments && new ExperimentFiles(resolve(locations.configDir, settings.experiments.path));
  const repository = configurationRepositoryOf(options);
  return {
    metrics: [
      ...(profiles && measurements && blobs ? [new OwnMetrics({ profiles, measurements, blobs })] : []),
      ...(prometheus ? [prometheus] : []),
    ],
    experiments: [...(files ? [files] : []), ...(growthbook ? [growthbook] : [])],
    configuration: [...(changes ? [new DeployedConfiguration(changes)] : []), ...(repository ? [repository] : [])],
  };
}

type Env = OutsideSourcesOptions['env'];

/** The Prometheus that is named. @throws HeadroomError `HEADROOM_TOKEN_MISSING` */
export function prometheusOf(
  { prometheus }: Pick<ToolsSettings, 'prometheus'>,
  env: Env,
): PrometheusSource | undefined {
  if (!prometheus) return undefined;
  const { tokenEnv, ...rest } = prometheus;
  return new PrometheusSource({ ...rest, token: tokenOf(tokenEnv, env) });
}

/** The Pyroscope that is named, and what tells more of its services. @throws HeadroomError `HEADROOM_TOKEN_MISSING` */
export function pyroscopeOf(
  { pyroscope }: Pick<ToolsSettings, 'pyroscope'>,
  env: Env,
  known: Pick<PyroscopeSourceOptions, 'pathMapOf' | 'changes' | 'now'> = {},
): PyroscopeSource | undefined {
  if (!pyroscope) return undefined;
  const { tokenEnv, ...rest } = pyroscope;
  return new PyroscopeSource({ ...rest, ...known, token: tokenOf(tokenEnv, env) });
}

/** The GrowthBook that is named. @throws HeadroomError `HEADROOM_TOKEN_MISSING` */
export function growthBookOf({ growthbook }: ToolsSettings, env: Env): GrowthBookSource | undefined {
  if (!growthbook) return undefined;
  const { tokenEnv, ...rest } = growthbook;
  return new GrowthBookSource({ ...rest, token: tokenOf(tokenEnv, env) });
}

function configurationRepositoryOf({
  settings,
  locations,
  cacheDir,
}: OutsideSourcesOptions): GitConfiguration | undefined {
  const { configuration } = settings;
  if (!configuration) return undefined;
  const { name, branch, services } = configuration;
  const location = repositoryLocation({ repository: configuration }, locations);
  const mirror = (signal: AbortSignal) => openMirror({ location, cacheDir, signal });
  return new GitConfiguration({ repository: name, branch, services, mirror });
}
