import { parse } from 'yaml';
import type { PlaybookInput } from '../playbooks/playbook.js';

/** Files that tell prettier how to format one file, by their path. They are data: none names code to load. */
export interface PrettierConfig {
  /** Path of the one that holds the options. */
  readonly options: string;
  readonly files: Readonly<Record<string, string>>;
}

type Sources = Required<Pick<PlaybookInput, 'listFiles' | 'readFile'>>;

/** Names of files with options in the order in which prettier prefers them; any other that it knows may run code, or is rare. */
const DATA_FILES = ['package.json', '.prettierrc', '.prettierrc.json', '.prettierrc.yml', '.prettierrc.yaml'];
const OTHER_FILES = /^(?:\.prettierrc\.(?:json5|toml|[cm]?[jt]s)|prettier\.config\.[cm]?[jt]s|package\.yaml)$/;

/**
 * How the repository has prettier format a file: the nearest options, every `.editorconfig` above the file, and the ignored paths.
 * Undefined where it has none, where they are broken, and where they are code or name code: plugins or a shared package.
 */
export async function prettierConfigOf(path: string, sources: Sources): Promise<PrettierConfig | undefined> {
  const listed = new Set(await sources.listFiles());
  const folders = foldersAbove(path);
  const files: Record<string, string> = {};
  for (const name of [...folders.map((folder) => `${folder}.editorconfig`), '.prettierignore']) {
    const text = listed.has(name) ? await sources.readFile(name) : undefined;
    if (text !== undefined) files[name] = text;
  }
  const nearest = await nearestOptions(folders, listed, sources.readFile);
  if (nearest === 'unknown') return undefined;
  if (nearest) {
    const options = `${nearest.folder}.prettierrc.json`;
    return {
      options,
      files: { ...files, [options]: JSON.stringify(nearest.options) },
    };
  }
  const hasEditorConfig = Object.keys(files).some((name) => name.endsWith('.editorconfig'));
  return hasEditorConfig
    ? {
        options: '.prettierrc.json',
        files: { ...files, '.prettierrc.json': '{}' },
      }
    : undefined;
}

/** Folders of a path from its own to the root, each empty or with a slash at its end. */
function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return [...parts.map((_, index) => `${parts.slice(0, parts.length - index).join('/')}/`), ''];
}

type Found = { readonly folder: string; readonly options: object } | 'unknown' | undefined;

async function nearestOptions(
  folders: readonly string[],
  listed: ReadonlySet<string>,
  readFile: Sources['readFile'],
): Promise<Found> {
  for (const folder of folders) {
    for (const name of DATA_FILES.filter((one) => listed.has(folder + one))) {
      const options = optionsIn(name, (await readFile(folder + name)) ?? '');
      if (options === undefined) continue;
      return isData(options) ? { folder, options } : 'unknown';
    }
    const isOther = (one: string): boolean => one.startsWith(folder) && OTHER_FILES.test(one.slice(folder.length));
    if ([...listed].some(isOther)) return 'unknown';
  }
  return undefined;
}

/** What a file says; undefined for a `package.json` that says nothing, and a text for what cannot be read. */
function optionsIn(name: string, text: string): unknown {
  try {
    if (name === 'package.json') return (JSON.parse(text) as { prettier?: unknown } | null)?.prettier ?? undefined;
    return (name.endsWith('.json') ? (JSON.parse(text) as unknown) : (parse(text, { merge: true }) as unknown)) ?? {};
  } catch {
    return 'broken';
  }
}

/** Whether options are values alone: a text is the name of a package, and plugins are modules. */
function isData(options: unknown): options is object {
  if (!isRecord(options) || hasPlugins(options)) return false;
  const { overrides = [] } = options;
  return (
    Array.isArray(overrides) &&
    overrides.every((one: unknown) => isRecord(one) && !(isRecord(one['options']) && hasPlugins(one['options'])))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasPlugins({ plugins }: Record<string, unknown>): boolean {
  return plugins !== undefined && !(Array.isArray(plugins) && plugins.length === 0);
}
