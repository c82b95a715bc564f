import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@headroom/contracts';
import { loadConfig, repositoryLocation, type ConfigLocations, type HeadroomConfig } from '@headroom/platform';
import { PRIVATE_KEY_FILE, readSigner, readTrustedKeys, TRUSTED_KEYS_FILE } from '@headroom/verification';
import { newestCommit, redactLocation } from '@headroom/workspace';
import { failed, failure, ok, skipped, warning, type Check, type Finding } from './check.js';

/** Checks that the configuration is valid and that each of its repositories can be read. */
export function configurationChecks(path: string | undefined, dataDir: string): Check[] {
  const loaded = path === undefined ? undefined : loadConfig(path);
  // Told by the first check; the second one has nothing to look at then.
  loaded?.catch(() => undefined);
  return [
    { name: 'configuration', run: () => configurationOf(loaded) },
    { name: 'repositories', run: (signal) => repositoriesOf(loaded, dataDir, signal) },
  ];
}

type Loaded = ReturnType<typeof loadConfig> | undefined;

async function configurationOf(loaded: Loaded): Promise<Finding> {
  if (!loaded) return skipped('none is named: --config <file> (HEADROOM_CONFIG)');
  try {
    const services = Object.keys((await loaded).config.services);
    if (services.length > 0) return ok(`valid, services: ${services.join(', ')}`);
    return warning('HEADROOM_CONFIG_EMPTY', 'it is valid and names no service', 'Add your services to it.');
  } catch (error) {
    return failure(error, 'Mend the named keys; docs/configuration.md has every one.');
  }
}

async function repositoriesOf(loaded: Loaded, dataDir: string, signal: AbortSignal): Promise<Finding[]> {
  const settings = await loaded?.catch(() => undefined);
  if (!settings) return [skipped('there is no valid configuration')];
  const { config, configDir } = settings;
  return Promise.all(
    Object.entries(config.services).map(([name, service]) =>
      repositoryOf(name, service, { configDir, dataDir }, signal),
    ),
  );
}

async function repositoryOf(
  name: string,
  service: HeadroomConfig['services'][string],
  locations: ConfigLocations,
  signal: AbortSignal,
): Promise<Finding> {
  const { branch } = service.repository;
  const location = repositoryLocation(service, locations);
  try {
    const commit = await newestCommit(location, branch, signal);
    return ok(`${name}: ${redactLocation(location)}, ${branch} is at ${commit.slice(0, 12)}`);
  } catch (error) {
    return failure(error, `Check repository.url and repository.branch of ${name}, and that this user may read it.`);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}

/** Checks the keys of a folder: the pair of the verifier, or the public keys of the others. */
export function keysCheck(keysDir: string): Check {
  return {
    name: 'keys',
    run: async () => {
      const privateKey = join(keysDir, PRIVATE_KEY_FILE);
      const trustedFile = join(keysDir, TRUSTED_KEYS_FILE);
      const holdsPair = await exists(privateKey);
      if (!holdsPair && !(await exists(trustedFile))) {
        return skipped(`${keysDir} holds none; "headroom up" makes a pair, a deployment needs "headroom keys create"`);
      }
      try {
        const trusted = await readTrustedKeys(trustedFile);
        if (holdsPair) return await pairOf(keysDir, privateKey, [...trusted.keys()]);
        return ok(`public keys only: ${[...trusted.keys()].join(', ')}`);
      } catch (error) {
        return failure(error, `Make them with "headroom keys create --out ${keysDir}".`);
      }
    },
  };
}

async function pairOf(keysDir: string, privateKey: string, trusted: readonly string[]): Promise<Finding> {
  const { keyId } = await readSigner(keysDir);
  const mode = (await stat(privateKey)).mode & 0o777;
  if ((mode & 0o077) !== 0) {
    const message = `others may read the signing key (mode ${mode.toString(8)})`;
    return failed('HEADROOM_SIGNING_KEY_MODE', message, `chmod 600 ${privateKey}`);
  }
  if (trusted.includes(keyId)) return ok(`signing key ${keyId}, trusted`);
  const fix = `Add it with "headroom keys create --out ${keysDir}".`;
  return failed(
    'HEADROOM_SIGNING_KEY_UNTRUSTED',
    `${keyId} is not among the trusted keys: its evidence opens nothing`,
    fix,
  );
}

/** Checks that a gateway answers and takes the token. */
export function gatewayCheck(gateway: { url?: string | undefined; token?: string | undefined }): Check {
  return {
    name: 'gateway',
    run: async (signal) => {
      const { url, token } = gateway;
      if (!url) return skipped('none is running here, and none is named with --url');
      let response: Response;
      try {
        const headers = { authorization: `Bearer ${token ?? ''}` };
        response = await fetch(new URL('/v1/cases', url), { headers, signal });
      } catch (error) {
        const reason = messageOf((error as Error).cause ?? error);
        const fix = 'Start it, or name its address with --url.';
        return failed('HEADROOM_HOST_UNREACHABLE', `${url} does not answer (${reason})`, fix);
      }
      if (response.ok) return ok(`${url}, the token is right`);
      if (response.status === 401) {
        const fix = 'Put the token of the gateway into HEADROOM_TOKEN.';
        return failed('HEADROOM_UNAUTHORIZED', `${url} refuses the token`, fix);
      }
      return failed(
        'HEADROOM_HOST_ANSWER_INVALID',
        `${url} answered ${response.status}`,
        'Is it a gateway of Headroom?',
      );
    },
  };
}

/** Tells whether a model may be called; nothing else needs one. */
export function modelCheck(key: string | undefined): Check {
  return {
    name: 'model',
    run: () =>
      Promise.resolve(
        key
          ? ok('a key is set')
          : skipped('no key: cases that need the model are parked as needs-model, everything else works'),
      ),
  };
}
