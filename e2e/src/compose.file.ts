import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

/** A service of the compose file, as far as the tests look at it. */
export interface ComposeService {
  image: string;
  build?: string;
  user?: string;
  command?: string[];
  environment?: Record<string, string | number>;
  volumes?: string[];
  stop_grace_period?: string;
  healthcheck?: { test: string[] };
  security_opt?: string[];
  cap_drop?: string[];
}

/** Where a service's words lead when it runs as a process of this machine. */
export interface Place {
  /** Folder that holds one folder for each volume. */
  volumesDir: string;
  /** Other texts to replace: addresses, files. */
  replace: Readonly<Record<string, string>>;
  /** Values of the variables that the file names. */
  variables: Readonly<Record<string, string>>;
}

/** The services of `docker-compose.yml`. */
export function composeServices(): Record<string, ComposeService> {
  const text = readFileSync(resolve('../docker-compose.yml'), 'utf8');
  return (parse(text, { merge: true }) as { services: Record<string, ComposeService> }).services;
}

/** The services that run the image of this repository. */
export function ownServices(): [string, ComposeService][] {
  return Object.entries(composeServices()).filter(([, service]) => service.build !== undefined);
}

function withVariables(text: string, variables: Place['variables']): string {
  return text.replaceAll(
    /\$\{(\w+)(?::[-?]([^}]*))?\}/g,
    (_all, name: string, other: string) => variables[name] ?? other,
  );
}

/** `volume:/path[:ro]`, or `file:/path:ro`. */
function mountsOf(service: ComposeService, place: Place): [path: string, outside: string][] {
  return (service.volumes ?? []).map((text) => {
    const [source = '', path = ''] = withVariables(text, place.variables).split(':');
    return [path, /^[./]/.test(source) ? resolve(source) : join(place.volumesDir, source)];
  });
}

/** Command and environment of a service, with its mounts and addresses as they are here. */
export function localised(service: ComposeService, place: Place): { command: string[]; env: Record<string, string> } {
  const mounts = mountsOf(service, place);
  const here = (word: string): string => {
    const filled = withVariables(word, place.variables);
    const mount = mounts.find(([path]) => filled === path || filled.startsWith(`${path}/`));
    if (mount) return mount[1] + filled.slice(mount[0].length);
    return Object.entries(place.replace).reduce((text, [from, to]) => text.replaceAll(from, to), filled);
  };
  const env = Object.entries(service.environment ?? {}).map(([name, value]) => [name, here(String(value))]);
  return { command: (service.command ?? []).map(here), env: Object.fromEntries(env) as Record<string, string> };
}
