import { HeadroomError, uuidv5, type Change } from '@headroom/contracts';
import type { ChangeIndex, TimeWindow } from '@headroom/indexes';
import type { PullSettings } from '@headroom/platform';
import { COMMIT_LABELS, commitOfProfile, readProfile } from '@headroom/profiling';
import type { Profiles } from '../profiles/profile.service.js';
import { commitFrom } from './commit.address.js';
import type { PulledProfile, PullSource, PullWindow } from './pull.source.js';
import { unitsOfWork, type UnitsSource } from './units.of.work.js';

/** How far before a profile its deployment may lie, milliseconds: as long as the index keeps changes. */
const LOOK_BACK_MS = 180 * 24 * 3600 * 1000;

/** Takes pulled profiles the way that uploaded ones go, under ids that the window gives. */
export class PulledProfiles {
  readonly #profiles: Profiles;
  readonly #changes: ChangeIndex;
  readonly #metrics: UnitsSource | undefined;

  /** @param metrics where units of work are known from */
  constructor(profiles: Profiles, changes: ChangeIndex, metrics?: UnitsSource) {
    this.#profiles = profiles;
    this.#changes = changes;
    this.#metrics = metrics;
  }

  /**
   * Publishes one.
   * @throws HeadroomError `HEADROOM_PROFILE_INVALID`, `HEADROOM_PROFILE_COMMIT_INVALID`, `HEADROOM_PULL_FAILED`
   */
  async take(
    pulled: PulledProfile,
    of: { settings: PullSettings; source: PullSource; window: PullWindow },
    signal: AbortSignal,
  ): Promise<string> {
    const { settings, source, window } = of;
    const { service, environment, hostClass } = settings;
    const known = await this.#known(pulled, settings, signal);
    const query = {
      service,
      environment,
      hostClass,
      ...known,
      ...(await this.#units(settings, known, signal)),
      ...(settings.process !== undefined && { process: settings.process }),
      format: 'pprof' as const,
      firstParty: settings.firstParty,
      pathMap: Object.entries(settings.pathMap).map(([from, to]) => `${from}=${to}`),
    };
    const id = [service, environment, source.key, pulled.part ?? '', window.startMs];
    const body = { profile: pulled.bytes, files: new Map<string, string>() };
    return (await this.#profiles.take(body, query, undefined, uuidv5(JSON.stringify(id)))).id;
  }

  async #units(
    { service, unitsFrom: metric }: PullSettings,
    { startedAt, endedAt }: { startedAt: string; endedAt: string },
    signal: AbortSignal,
  ): Promise<{ units?: number }> {
    if (metric === undefined || !this.#metrics) return {};
    return { units: await unitsOfWork(this.#metrics, { service, metric, startedAt, endedAt }, signal) };
  }

  /** When it was taken, of which commit and which deployment. */
  async #known(pulled: PulledProfile, settings: PullSettings, signal: AbortSignal) {
    const { service } = settings;
    const { facts } = await readProfile(pulled.bytes, {
      pathMap: {},
      fetchSource: () => Promise.resolve(undefined),
      format: 'pprof',
      name: `the profile of ${service}`,
    });
    const startedAt = pulled.startedAt ?? facts.startedAt;
    const endedAt = pulled.endedAt ?? facts.endedAt;
    if (startedAt === undefined || endedAt === undefined) {
      throw new HeadroomError(`The profile of ${service} does not say when it was taken, so it cannot be placed.`, {
        code: 'HEADROOM_PROFILE_INVALID',
      });
    }
    const since = new Date(Date.parse(startedAt) - LOOK_BACK_MS).toISOString();
    const changes = await this.#deployed(settings, { from: since, to: endedAt });
    const last = changes.findLast(({ deployedAt }) => Date.parse(deployedAt) <= Date.parse(startedAt));
    const explicit = pulled.version ?? settings.version;
    const said = settings.versionFrom === undefined ? undefined : await commitFrom(settings.versionFrom, signal);
    const origin = { deployment: pulled.deployment ?? last?.deployment ?? '', from: startedAt, to: endedAt };
    const found = await commitOfProfile(facts, origin, {
      ...(explicit !== undefined && { explicit }),
      ...(said !== undefined && { environment: said }),
      changes: (window) => this.#deployed(settings, window),
    });
    if (!found) {
      throw new HeadroomError(
        `Nothing says which commit of ${service} was pulled: report its deployments (change.deployed), label its samples (${COMMIT_LABELS.join(', ')}), or set version or versionFrom in profiles.pull.`,
        { code: 'HEADROOM_PROFILE_COMMIT_INVALID' },
      );
    }
    const version = found.commit;
    const deployment = pulled.deployment ?? deploymentOf(changes, version, last) ?? version;
    return { version, deployment, startedAt, endedAt };
  }

  async #deployed({ service, environment }: PullSettings, window: TimeWindow): Promise<Change[]> {
    const changes = await this.#changes.changes(service, window);
    return changes.filter((each) => each.environment === environment);
  }
}

/** The last deployment, if what it left running is the commit; else the last one that brought the commit. */
function deploymentOf(changes: readonly Change[], version: string, last: Change | undefined): string | undefined {
  const before = last === undefined ? [] : changes.slice(0, changes.indexOf(last) + 1);
  const runs = before.findLast(({ kind }) => kind === 'code')?.commit;
  return (runs === version ? last : changes.findLast(({ commit }) => commit === version))?.deployment;
}
