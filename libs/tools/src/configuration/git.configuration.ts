import { HeadroomError } from '@headroom/contracts';
import type { TimeWindow } from '@headroom/indexes';
import type { CommitInfo, FileChange, GitMirror, ObjectReader, TreeChange } from '@headroom/workspace';
import { redactSecrets } from '../redaction.js';
import {
  latestFirst,
  type ConfigurationChange,
  type ConfigurationDiff,
  type ConfigurationListing,
  type ConfigurationSource,
  type SettingChange,
} from './configuration.port.js';
import { matchesPattern } from './path.pattern.js';
import { changedSettings, holdsSettings, settingsOf } from './settings.js';

/** Options of {@link GitConfiguration}. */
export interface GitConfigurationOptions {
  /** Name of the repository, for `source`. */
  repository: string;
  branch: string;
  /** Service → path patterns of its files. */
  services: Readonly<Record<string, readonly string[]>>;
  /** The mirror, brought up to date; called once for each question. */
  mirror: (signal: AbortSignal) => Promise<GitMirror>;
}

/** Commits that are looked through, from the tip of the branch. */
const MAX_COMMITS = 10_000;
const MAX_DIFF_BYTES = 4 * 1024 * 1024;

/**
 * Configuration in a git repository. A change is a commit of the branch's first-parent line: what a merge brought took effect
 * with the merge, whenever it was written, and its author is who wrote the last commit that it brought.
 */
export class GitConfiguration implements ConfigurationSource {
  readonly name = 'git';
  readonly #options: GitConfigurationOptions;

  constructor(options: GitConfigurationOptions) {
    this.#options = options;
  }

  async changes(service: string, window: TimeWindow, signal: AbortSignal): Promise<ConfigurationListing> {
    const { repository, services, branch } = this.#options;
    const source = `git ${repository} ${branch}`;
    const patterns = Object.hasOwn(services, service) ? services[service]! : undefined;
    if (!patterns) {
      const note = `the configuration repository ${repository} names no files of ${service} (tools.configuration.services)`;
      return { changes: [], notes: [note], source };
    }
    const mirror = await this.#options.mirror(signal);
    const commits = await mirror.commitsBetween(undefined, branch, MAX_COMMITS);
    const known = new Map(commits.map((each) => [each.commit, each]));
    const notes: string[] = [];
    const oldest = commits.at(0);
    if (commits.length === MAX_COMMITS && oldest && Date.parse(oldest.committedAt) > Date.parse(window.from)) {
      notes.push(`only the last ${MAX_COMMITS} commits were looked through, back to ${oldest.committedAt}`);
    }
    const wanted = [...firstParents(known, await mirror.resolve(branch))].filter(({ committedAt }) => {
      const at = Date.parse(committedAt);
      return at >= Date.parse(window.from) && at < Date.parse(window.to);
    });
    const changes: ConfigurationChange[] = [];
    for (const { commit, files, settings, problems } of await this.#settings(mirror, wanted, patterns)) {
      if (files.length > 0) changes.push(this.#change(commit, known, files, settings, problems));
    }
    return { changes: changes.sort(latestFirst), notes, source };
  }

  async change(id: string, signal: AbortSignal): Promise<ConfigurationDiff | undefined> {
    const { repository, services, branch } = this.#options;
    if (!/^[0-9a-f]{7,64}$/.test(id)) return undefined;
    const mirror = await this.#options.mirror(signal);
    const commit = await mirror.resolve(id).catch((error: unknown) => {
      if (error instanceof HeadroomError && error.code === 'HEADROOM_REF_UNKNOWN') return undefined;
      throw error;
    });
    if (commit === undefined || !(await mirror.isAncestor(commit, branch))) return undefined;
    const commits = await mirror.commitsBetween(undefined, commit, MAX_COMMITS);
    const known = new Map(commits.map((each) => [each.commit, each]));
    const info = known.get(commit)!;
    const [read] = await this.#settings(mirror, [info], Object.values(services).flat());
    const { files, settings, problems } = read!;
    if (files.length === 0) return undefined;
    const paths = [
      ...new Set(files.flatMap(({ path, oldPath }) => (oldPath === undefined ? [path] : [oldPath, path]))),
    ];
    const diff = await mirror.diff(info.parents[0], commit, { paths, maxBytes: MAX_DIFF_BYTES });
    return {
      ...this.#change(info, known, files, settings, problems),
      diff: redactSecrets(diff).text,
      source: `git ${repository}@${commit.slice(0, 12)}`,
    };
  }

  async #settings(mirror: GitMirror, commits: readonly CommitInfo[], patterns: readonly string[]) {
    const later = commits.filter(({ parents }) => parents.length > 0);
    const changed = await mirror.changedTrees(later.map(({ commit, parents }) => [parents[0]!, commit] as const));
    const trees = new Map(later.map(({ commit }, index) => [commit, changed[index]!]));
    const reader = mirror.openFiles();
    try {
      const found = [];
      for (const commit of commits) {
        const all = trees.get(commit.commit) ?? (await mirror.changedLines(commit.commit));
        const files = all.filter(({ path, oldPath }) => [path, oldPath].some((each) => isOf(each, patterns)));
        const settings: SettingChange[] = [];
        const problems: string[] = [];
        for (const file of files) {
          const read = await settingsOfFile(reader, { commit: commit.commit, parent: commit.parents[0] }, file);
          settings.push(...read.settings);
          problems.push(...read.notes);
        }
        found.push({ commit, files, settings, problems });
      }
      return found;
    } finally {
      reader.close();
    }
  }

  #change(
    commit: CommitInfo,
    known: ReadonlyMap<string, CommitInfo>,
    files: readonly ChangedFile[],
    settings: SettingChange[],
    notes: string[],
  ): ConfigurationChange {
    const brought = commit.parents[1] === undefined ? undefined : known.get(commit.parents[1]);
    const { name, email } = (brought ?? commit).author;
    const services = Object.entries(this.#options.services)
      .filter(([, patterns]) => files.some(({ path, oldPath }) => [path, oldPath].some((each) => isOf(each, patterns))))
      .map(([service]) => service)
      .sort();
    const reason = [commit.title, commit.body.trim()].filter(Boolean).join('\n\n').slice(0, 2000);
    return {
      id: `${this.name}:${commit.commit}`,
      at: new Date(commit.committedAt).toISOString(),
      services,
      author: `${name} <${email}>`,
      reason: redactSecrets(reason).text,
      settings,
      notes,
    };
  }
}

type ChangedFile = Pick<FileChange | TreeChange, 'path' | 'oldPath' | 'status'>;

function isOf(path: string | undefined, patterns: readonly string[]): boolean {
  return path !== undefined && patterns.some((pattern) => matchesPattern(path, pattern));
}

/** The line of first parents, newest first. */
function* firstParents(known: ReadonlyMap<string, CommitInfo>, tip: string): Generator<CommitInfo> {
  for (let commit = known.get(tip); commit; commit = known.get(commit.parents[0] ?? '')) yield commit;
}

/** As much of a text as git looks at to tell whether it is binary. */
const LOOKED_AT = 8_000;

async function settingsOfFile(
  reader: ObjectReader,
  { commit, parent }: { commit: string; parent: string | undefined },
  { path, oldPath = path, status }: ChangedFile,
): Promise<{ settings: SettingChange[]; notes: string[] }> {
  const textAt = (ref: string | undefined, at: string): Promise<string | undefined> =>
    ref === undefined ? Promise.resolve(undefined) : reader.file(ref, at);
  const textBefore = status === 'added' ? undefined : await textAt(parent, oldPath);
  const textAfter = status === 'deleted' ? undefined : await textAt(commit, path);
  if ([textBefore, textAfter].some((text) => text?.slice(0, LOOKED_AT).includes('\0'))) {
    return { settings: [], notes: [`${path} is binary`] };
  }
  if (!holdsSettings(path))
    return { settings: [], notes: [`${path} changed; its format has no keys that are read here`] };
  const [before, after] = [settingsOf(oldPath, textBefore), settingsOf(path, textAfter)];
  const problem = after.problem ?? before.problem;
  if (problem) return { settings: [], notes: [`${path} ${problem}; see the diff`] };
  const moved = oldPath === path ? [] : [`${oldPath} is now ${path}`];
  return { settings: changedSettings(path, before, after), notes: moved };
}
