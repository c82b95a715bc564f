import { parseAllDocuments } from 'yaml';
import { redactSetting } from '../redaction.js';
import type { SettingChange } from './configuration.port.js';

/** Settings of a file by their path, and why some are missing. */
export interface Settings {
  values: Map<string, string>;
  problem?: string;
}

const MAX_BYTES = 1024 * 1024;
const MAX_SETTINGS = 20_000;
const MAX_SHOWN = 500;

/** Whether a path is of a format that {@link settingsOf} reads. */
export function holdsSettings(path: string): boolean {
  return formatOf(path) !== undefined;
}

function formatOf(path: string): 'yaml' | 'lines' | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  // YAML takes JSON.
  if (/\.(?:ya?ml|json)$/.test(name)) return 'yaml';
  return /\.properties$|\.env$|^\.env(?:\.|$)/.test(name) ? 'lines' : undefined;
}

/** Reads a file of YAML, JSON, `.properties` or `.env`. A file that is not there has no settings. */
export function settingsOf(path: string, text: string | undefined): Settings {
  const values = new Map<string, string>();
  if (text === undefined) return { values };
  if (text.length > MAX_BYTES) return { values, problem: `has more than ${MAX_BYTES} characters` };
  if (formatOf(path) === 'lines') {
    readLines(text, values);
    return { values };
  }
  try {
    const documents = parseAllDocuments(text, { uniqueKeys: false });
    if (!Array.isArray(documents)) return { values };
    const broken = documents.find(({ errors }) => errors.length > 0);
    if (broken) return { values, problem: `cannot be read (${broken.errors[0]!.message.split('\n')[0]})` };
    documents.forEach((document, index) => {
      flatten(document.toJS({ maxAliasCount: 100 }), documents.length > 1 ? `[${index}]` : '', values);
    });
    return values.size < MAX_SETTINGS ? { values } : { values, problem: `has more than ${MAX_SETTINGS} settings` };
  } catch (error) {
    return { values, problem: `cannot be read (${(error as Error).message.split('\n')[0]})` };
  }
}

function flatten(value: unknown, path: string, into: Map<string, string>): void {
  if (into.size >= MAX_SETTINGS) return;
  if (typeof value !== 'object' || value === null || value instanceof Date) {
    if (path !== '') into.set(path, value instanceof Date ? value.toISOString() : String(value));
    return;
  }
  const entries = Object.entries(value);
  if (entries.length === 0 && path !== '') into.set(path, Array.isArray(value) ? '[]' : '{}');
  for (const [key, each] of entries) {
    const below = Array.isArray(value) ? `${path}[${key}]` : [path, key].filter(Boolean).join('.');
    flatten(each, below, into);
  }
}

function readLines(text: string, into: Map<string, string>): void {
  const joined = text.replaceAll(/\\\r?\n[ \t]*/g, '');
  for (const line of joined.split(/\r?\n/)) {
    const found = /^\s*(?:export\s+)?([^#!=:\s][^=:\s]*)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (!found) continue;
    if (into.size >= MAX_SETTINGS) return;
    const [, key, value] = found as unknown as [string, string, string];
    into.set(key, /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value);
  }
}

/** What differs, by key; secrets replaced after they were compared. */
export function changedSettings(file: string, before: Settings, after: Settings): SettingChange[] {
  const keys = [...new Set([...before.values.keys(), ...after.values.keys()])].sort();
  return keys
    .filter((key) => before.values.get(key) !== after.values.get(key))
    .map((key) => settingChange(key, before.values.get(key) ?? null, after.values.get(key) ?? null, file));
}

/** A change of one setting without its secrets. */
export function settingChange(key: string, before: string | null, after: string | null, file?: string): SettingChange {
  const shown = (value: string | null): string | null =>
    value === null ? null : shortened(redactSetting(key, value).text);
  return { key, ...(file === undefined ? {} : { file }), before: shown(before), after: shown(after) };
}

function shortened(value: string): string {
  return value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}… (${value.length} characters)` : value;
}
