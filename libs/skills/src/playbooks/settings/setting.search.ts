import { basename } from 'node:path/posix';
import { envSettings, propertiesSettings, tomlSettings } from './line.settings.js';
import { jsonSettings } from './json.settings.js';
import type { SettingPlace, SettingReader } from './setting.place.js';
import { yamlSettings } from './yaml.settings.js';
import type { PlaybookInput } from '../playbook.js';

/** A place of the repository that sets what is looked for. */
export interface FoundSetting extends SettingPlace {
  readonly path: string;
  readonly source: string;
  /** 1-based line. */
  readonly line: number;
}

/** What was found. `isCut`: the repository has more files of settings than are looked at, so that others may hold the key too. */
export interface FoundSettings {
  readonly found: readonly FoundSetting[];
  readonly isCut: boolean;
}

/** Files of settings that are looked at, at most; a repository with more keeps its settings in another way. */
const MAX_FILES = 1000;
const MAX_BYTES = 512 * 1024;

/** What is no setting of the running service. */
const ELSEWHERE =
  /(?:^|\/)(?:node_modules|vendor|third_party|dist|build|target|coverage|tests?|__tests__|specs?|e2e|fixtures|testdata|examples?|docs|benchmarks?|\.git|\.github|\.vscode|\.idea)\//i;
const NO_SETTINGS =
  /(?:^|\/)(?:package(?:-lock)?|tsconfig[\w.-]*|composer|deno|nx|project|pnpm-lock|pnpm-workspace|yarn|openapi[\w.-]*|swagger[\w.-]*)\.(?:json|lock|ya?ml)$|(?:^|\/)(?:cargo|pyproject|poetry|pipfile)\.(?:toml|lock)$|\.schema\.json$/i;
/** Files that are copied, or read by tests and on a developer's machine: `.env.example`, `application-test.yml`. */
const NOT_DEPLOYED =
  /(?:[^/][._-]|(?:^|\/))(?:examples?|samples?|tests?|local)(?:[._-][^/]*)?$|[^/][._-](?:template|tmpl|dist)(?:[._-][^/]*)?$/i;

/** Keys under which a setting may hold its value one level deeper. */
export type ValueKeys = readonly string[];

/**
 * Every place of the repository's files of settings that sets a key: `search.cacheSize` is found nested, dotted, in capitals
 * (`SEARCH_CACHE_SIZE`), below further keys, and without the first keys where the file is named for them (`search.yml`).
 */
export async function findSettings(
  key: string,
  { input, valueKeys = [] }: { input: Pick<PlaybookInput, 'listFiles' | 'readFile'>; valueKeys?: ValueKeys },
): Promise<FoundSettings> {
  const paths = ((await input.listFiles?.()) ?? []).filter(
    (path) => readerOf(path) && ![ELSEWHERE, NO_SETTINGS, NOT_DEPLOYED].some((pattern) => pattern.test(path)),
  );
  const found: FoundSetting[] = [];
  for (const path of paths.slice(0, MAX_FILES)) {
    const source = await input.readFile(path);
    if (source === undefined || source.length > MAX_BYTES) continue;
    for (const place of readSettings(path, source) ?? []) {
      if (!sets(place.keys, { key, path, valueKeys })) continue;
      found.push({ ...place, path, source, line: source.slice(0, place.start).split('\n').length });
    }
  }
  return { found, isCut: paths.length > MAX_FILES };
}

/** The plain values of a file of settings; undefined for a file of another kind, or one that is not understood. */
export function readSettings(path: string, source: string): readonly SettingPlace[] | undefined {
  try {
    return readerOf(path)?.(source);
  } catch (error) {
    // Nested deeper than the stack goes, which no settings are.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readerOf(path: string): SettingReader | undefined {
  const name = basename(path).toLowerCase();
  if (/^\.env(?:\.|$)|\.env$/.test(name)) return envSettings;
  if (/\.ya?ml$/.test(name)) return yamlSettings;
  if (/\.jsonc?$/.test(name)) return jsonSettings;
  if (name.endsWith('.toml')) return tomlSettings;
  return /\.(?:properties|ini|cfg|conf)$/.test(name) ? propertiesSettings : undefined;
}

function sets(
  keys: readonly string[],
  { key, path, valueKeys }: { key: string; path: string; valueKeys: ValueKeys },
): boolean {
  const last = keys.at(-1) ?? '';
  const shapes = valueKeys.some((one) => plainOf(one) === plainOf(last)) ? [keys, keys.slice(0, -1)] : [keys];
  return shapes.some((shape) => isNamed(shape, key, path));
}

function isNamed(keys: readonly string[], key: string, path: string): boolean {
  const wanted = key.split(/[./:]/).filter(Boolean);
  const whole = plainOf(wanted.join(''));
  if (whole === '') return false;
  for (let from = 0; from < keys.length; from++) {
    if (plainOf(keys.slice(from).join('')) === whole) return true;
  }
  // `search.yml` need not say `search` again.
  const stem = plainOf(basename(path).replace(/\.[^.]+$/, ''));
  const folders = path.split('/').slice(0, -1).map(plainOf);
  const all = plainOf(keys.join(''));
  return wanted.slice(0, -1).some((_, index) => {
    const dropped = wanted.slice(0, index + 1).map(plainOf);
    const named = dropped.join('') === stem || dropped.every((one) => one === stem || folders.includes(one));
    return named && plainOf(wanted.slice(index + 1).join('')) === all;
  });
}

/** A name without what spellings differ in. */
function plainOf(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}]/gu, '').toLowerCase();
}
