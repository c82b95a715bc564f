import { access, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadroomError } from '@headroom/contracts';
import {
  PRIVATE_KEY_FILE,
  readSigner,
  readTrustedKeys,
  TRUSTED_KEYS_FILE,
  type TrustedKeys,
} from '@headroom/verification';
import { createSandbox, ServiceRepositories, type Sandbox } from '@headroom/workspace';
import { mirrorsDir, workDir } from '../data-directory.js';
import { skillsPlace } from '../skills/skills.place.js';
import { environment } from '../environment.js';
import type { StageSources } from '../stages.js';
import type { RunSettings } from './run.settings.js';

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * The public keys whose evidence a stage believes; the folder must not hold the private one.
 * @throws HeadroomError `HEADROOM_CONFIG_SIGNING_KEY_EXPOSED`, `HEADROOM_TRUSTED_KEYS_MISSING`, `HEADROOM_TRUSTED_KEYS_INVALID`
 */
export async function trustedKeysFor(stage: string, keysDir: string): Promise<TrustedKeys> {
  if (await exists(join(keysDir, PRIVATE_KEY_FILE))) {
    throw new HeadroomError(
      `The ${stage} must not be able to read the signing key, but ${keysDir} holds ${PRIVATE_KEY_FILE}. ` +
        `Give it a folder that holds ${TRUSTED_KEYS_FILE} only ("headroom keys create --out <folder> --trusted <folder>" writes one).`,
      { code: 'HEADROOM_CONFIG_SIGNING_KEY_EXPOSED' },
    );
  }
  return readTrustedKeys(join(keysDir, TRUSTED_KEYS_FILE));
}

/** What a deployed stage is made from: each is opened when the stage asks for it. */
export interface RunSources extends StageSources {
  /** Lets go what was opened. */
  close(): Promise<void>;
}

/** The sources of one deployed stage. */
export function sourcesOf(settings: RunSettings): RunSources {
  const { stage, config, configDir, dataDir, keysDir, proposalsDir } = settings;
  const checkouts = workDir(dataDir);
  const locations = { configDir, dataDir };
  let sandbox: Sandbox | undefined;
  return {
    config,
    locations,
    env: environment.inherited,
    repositories: new ServiceRepositories({
      config,
      locations,
      cacheDir: mirrorsDir(dataDir),
    }),
    skillsDir: skillsPlace(config, configDir),
    workDir: checkouts,
    tools: environment.tools === undefined ? undefined : { url: environment.tools, token: environment.toolsToken },
    proposalsDir,
    trustedKeys: () => trustedKeysFor(stage, keysDir),
    signer: () => readSigner(keysDir),
    sandbox: async () => {
      // A verifier that was killed leaves its checkouts behind.
      await rm(checkouts, { recursive: true, force: true });
      await mkdir(checkouts, { recursive: true });
      sandbox = await createSandbox({ mode: 'required' });
      return { sandbox };
    },
    close: async () => sandbox?.close(),
  };
}
