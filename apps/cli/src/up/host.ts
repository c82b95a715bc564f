import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ContextGathererModule } from '@headroom/context-gatherer';
import { allTopics } from '@headroom/contracts';
import { DetectorModule } from '@headroom/detector';
import { PROJECTOR_GROUP, ProjectorModule, startGateway, type Gateway } from '@headroom/gateway';
import type { HeadroomConfig, Logger } from '@headroom/platform';
import { PrWriterModule } from '@headroom/pr-writer';
import { openEmbedded, type EmbeddedParts } from '@headroom/runtime';
import { createStage, type Stage } from '@headroom/runtime/nest';
import { SkillExecutorModule } from '@headroom/skill-executor';
import { VerifierModule } from '@headroom/verifier';
import { ensureKeyPair, type VerificationProgress } from '@headroom/verification';
import { createSandbox, ServiceRepositories, type Sandbox, type SandboxMode } from '@headroom/workspace';
import type { DynamicModule } from '@nestjs/common';
import { Registry } from 'prom-client';
import { keysDir, mirrorsDir, proposalsDir } from '../data-directory.js';
import { removeHostFile, writeHostFile } from '../host-file.js';

type KeyPair = Awaited<ReturnType<typeof ensureKeyPair>>;

/** Options of {@link startHost}. */
export interface HostOptions {
  dataDir: string;
  /** Path of the configuration, for the second terminal. */
  configPath: string;
  config: HeadroomConfig;
  configDir: string;
  skillsDir: string;
  logger: Logger;
  /** 0 takes a free one. */
  port: number;
  /** Whether target code may run without a sandbox where there is none; stamped on evidence and proposal. */
  sandboxMode: SandboxMode;
  /** Told where long work is, for people who wait. */
  onProgress?: (caseId: string, progress: VerificationProgress) => void;
}

/** Every stage in this process, over one data directory. */
export interface Host {
  readonly url: string;
  readonly parts: EmbeddedParts;
  readonly stages: readonly Stage[];
  readonly repositories: ServiceRepositories;
  /** Drains every stage, then lets the data directory go. Idempotent. */
  close(): Promise<void>;
}

function modulesOf(
  options: HostOptions,
  repositories: ServiceRepositories,
  keys: KeyPair,
  sandbox: Sandbox,
): [string, DynamicModule][] {
  const { config, dataDir, skillsDir } = options;
  const { signer, trustedKeys } = keys;
  return [
    ['detector', DetectorModule.register({ config })],
    ['context-gatherer', ContextGathererModule.register({ repositories })],
    ['skill-executor', SkillExecutorModule.register({ repositories, skillsDir })],
    [
      'verifier',
      VerifierModule.register({ config, repositories, skillsDir, sandbox, signer, onProgress: options.onProgress }),
    ],
    ['pr-writer', PrWriterModule.register({ repositories, trustedKeys, proposalsDir: proposalsDir(dataDir) })],
    [PROJECTOR_GROUP, ProjectorModule.register({ trustedKeys })],
  ];
}

/**
 * Starts everything in one process: opens the data directory, joins every stage to the log, listens on loopback, and
 * announces address and token in the data directory.
 * @throws HeadroomError `HEADROOM_DATA_DIRECTORY_IN_USE` naming the owner
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { dataDir, config, configDir, logger } = options;
  const registry = new Registry();
  const parts = await openEmbedded(dataDir, { logger, purpose: 'headroom up' });
  const stages: Stage[] = [];
  let gateway: Gateway | undefined;
  let sandbox: Sandbox | undefined;
  let closing: Promise<void> | undefined;

  async function shutDown(): Promise<void> {
    await removeHostFile(dataDir);
    await Promise.allSettled(stages.map((stage) => stage.close()));
    await gateway?.close();
    await sandbox?.close();
    await parts.close();
  }
  const close = (): Promise<void> => (closing ??= shutDown());

  try {
    await parts.log.ensureTopics(allTopics());
    const locations = { configDir, dataDir };
    const repositories = new ServiceRepositories({ config, locations, cacheDir: mirrorsDir(dataDir) });
    const keys = await ensureKeyPair(keysDir(dataDir));
    sandbox = await createSandbox({ mode: options.sandboxMode });
    for (const [group, module] of modulesOf(options, repositories, keys, sandbox)) {
      stages.push(createStage(module, { group, ...parts, logger, registry }));
    }
    await Promise.all(stages.map((stage) => stage.start()));

    const token = randomBytes(24).toString('base64url');
    const status = () =>
      stages.map((stage) => ({ stage: stage.group, ready: stage.runtime.ready, state: stage.status }));
    const { trustedKeys } = keys;
    gateway = await startGateway({ ...parts, trustedKeys, logger, registry, status, token }, { port: options.port });
    await writeHostFile(dataDir, { url: gateway.url, token, pid: process.pid, config: options.configPath });
    logger.info({ url: gateway.url, dataDir: join(dataDir) }, 'host started');
    return { url: gateway.url, parts, stages, repositories, close };
  } catch (error) {
    await close();
    throw error;
  }
}
