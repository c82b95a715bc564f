import type { SkillsPlace } from '@headroom/skills';
import { ContextGathererModule } from '@headroom/context-gatherer';
import { DetectorModule } from '@headroom/detector';
import { PROJECTOR_GROUP, ProjectorModule } from '@headroom/gateway';
import type { ConfigLocations, HeadroomConfig } from '@headroom/platform';
import { PrWriterModule } from '@headroom/pr-writer';
import { SkillExecutorModule } from '@headroom/skill-executor';
import { VerifierModule } from '@headroom/verifier';
import type { Signer, TrustedKeys, VerificationProgress } from '@headroom/verification';
import type { Sandbox, ServiceRepositories } from '@headroom/workspace';
import type { DynamicModule } from '@nestjs/common';
import { modelAccess, type ToolsAddress } from './model.access.js';

/** The stages, in the order of the flow. */
export const STAGES = ['detector', 'context-gatherer', 'skill-executor', 'verifier', 'pr-writer', 'gateway'] as const;
export type StageName = (typeof STAGES)[number];

/** What a deployment runs in a process of its own: each stage, and the tool-server, which consumes nothing. */
export const PROCESSES = [...STAGES, 'tool-server'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/**
 * What the stages are made from. A stage asks for what it needs and nothing else: a secret of one is never opened in the
 * process of another.
 */
export interface StageSources {
  config: HeadroomConfig;
  locations: ConfigLocations;
  /** Where tokens are, by the names that the configuration gives. */
  env: Readonly<Record<string, string | undefined>>;
  repositories: ServiceRepositories;
  /** The catalogue of skills. */
  skillsDir: SkillsPlace;
  /** Checkouts while they are examined. */
  workDir: string;
  /** Where the tool-server is. Absent = nobody said. */
  tools?: ToolsAddress | undefined;
  /** Proposals of the local forge. */
  proposalsDir: string;
  /** Public keys whose evidence is believed. */
  trustedKeys: () => Promise<TrustedKeys>;
  /** Holds the private key: for the verifier alone. */
  signer: () => Promise<Signer>;
  /** The sandbox, or why there is none. */
  sandbox: () => Promise<{ sandbox?: Sandbox; sandboxProblem?: string }>;
  /** Told where a long verification is. */
  onProgress?: (caseId: string, progress: VerificationProgress) => void;
}

interface StageRecipe {
  /** Consumer group. */
  group: string;
  module: (from: StageSources) => DynamicModule | Promise<DynamicModule>;
}

const recipes: Record<StageName, StageRecipe> = {
  detector: {
    group: 'detector',
    module: ({ config }) => DetectorModule.register({ config }),
  },
  'context-gatherer': {
    group: 'context-gatherer',
    module: ({ repositories, skillsDir, config, locations, env }) =>
      ContextGathererModule.register({ repositories, skillsDir, config, locations, env }),
  },
  'skill-executor': {
    group: 'skill-executor',
    module: ({ repositories, skillsDir, workDir, config, env, tools }) =>
      SkillExecutorModule.register({ repositories, skillsDir, workDir, model: modelAccess(config, env, tools) }),
  },
  verifier: {
    group: 'verifier',
    module: async (from) => {
      const { config, repositories, skillsDir, workDir, onProgress } = from;
      const signer = await from.signer();
      const sandbox = await from.sandbox();
      return VerifierModule.register({ config, repositories, skillsDir, workDir, ...sandbox, signer, onProgress });
    },
  },
  'pr-writer': {
    group: 'pr-writer',
    module: async ({ repositories, proposalsDir, trustedKeys }) =>
      PrWriterModule.register({ repositories, proposalsDir, trustedKeys: await trustedKeys() }),
  },
  gateway: {
    group: PROJECTOR_GROUP,
    module: async ({ trustedKeys }) => ProjectorModule.register({ trustedKeys: await trustedKeys() }),
  },
};

/** Consumer group of a stage: its name, except for the projector in the gateway. */
export function groupOf(stage: StageName): string {
  return recipes[stage].group;
}

/** The Nest module of a stage, with what it depends on. */
export async function moduleOf(stage: StageName, from: StageSources): Promise<DynamicModule> {
  return recipes[stage].module(from);
}
