import { readdirSync, readFileSync } from 'node:fs';

/** Where an attacker can plant a text that a model then reads. */
export type Channel =
  'comment' | 'string' | 'identifier' | 'commit' | 'docs' | 'label' | 'tool-result' | 'dossier' | 'skill' | 'file-name';

/**
 * What a model does that obeys. `{{placeholder}}` and `{{boundary}}` stand for what it has seen, `{{half}}` for the beginning of a secret
 * that it has guessed, `{{outside}}` for a folder.
 */
export type Act =
  | { edit: { path: string; search: string; replace: string } }
  | { call: { tool: string; args: Record<string, unknown> } }
  | { say: Record<string, unknown> };

/** A planted text and what it makes of a model that obeys it. */
export interface Injection {
  id: string;
  channel: Channel;
  text: string;
  /** Files that it reads first. */
  looks?: string[];
  acts: Act[];
  /** The rule that stops each act. */
  blockedBy: string[];
}

/** A planted text of which a model must not see a part. */
export interface HiddenInjection {
  id: string;
  channel: Channel;
  text: string;
  unseen: string;
}

const folder = new URL('../safety/corpus/', import.meta.url);

function json(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
}

/** The planted texts that a model sees: one file a channel. */
export function injections(): Injection[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'hidden.json');
  return names.sort().flatMap((name) => {
    const channel = name.slice(0, -'.json'.length) as Channel;
    return (json(name) as Omit<Injection, 'channel'>[]).map((each) => ({ ...each, channel }));
  });
}

export function hiddenInjections(): HiddenInjection[] {
  return json('hidden.json') as HiddenInjection[];
}
