import {
  draftConcluded,
  verificationConcluded,
  type BlobRef,
  type Draft,
  type HeadroomEvent,
  type Verification,
} from '@headroom/contracts';
import { hostMeasurementLock, verificationOf } from '@headroom/platform';
import type { BlobStore, TaskContext } from '@headroom/runtime';
import { BLOB_STORE, Subscribe } from '@headroom/runtime/nest';
import { loadSkills, type Skill } from '@headroom/skills';
import {
  hinderedCandidate,
  targetPolicyOf,
  verifyCandidate,
  type CandidateIdentity,
  type VerificationInput,
  type VerificationOutcome,
} from '@headroom/verification';
import { repositoryStop, type ServiceRepository } from '@headroom/workspace';
import { Controller, Inject } from '@nestjs/common';
import { SETTINGS } from './tokens.js';
import type { VerifierSettings } from './verifier.settings.js';

/** A noisy machine is tried again after this. */
const NOISY_RETRY_MS = 15 * 60_000;
/** Tests and a full measurement, twice, with time to wait for the host. */
const DEADLINE_MS = 2 * 3_600_000;
const TOOL_VERSION = '0.1.0';

type Judged = Pick<Verification, 'verdict'> & Partial<Pick<Verification, 'stopped' | 'evidence'>>;
type Candidate = Draft & Required<Pick<Draft, 'base' | 'patch'>>;

function isCandidate(draft: Draft): draft is Candidate {
  return draft.outcome === 'patch' && draft.base !== undefined && draft.patch !== undefined;
}

/** Judges candidates and signs what it found. Runs no code of the target itself. */
@Controller()
export class VerifierController {
  readonly #blobs: BlobStore;
  readonly #settings: VerifierSettings;

  constructor(@Inject(BLOB_STORE) blobs: BlobStore, @Inject(SETTINGS) settings: VerifierSettings) {
    this.#blobs = blobs;
    this.#settings = settings;
  }

  @Subscribe(draftConcluded, { deadlineMs: DEADLINE_MS })
  async handle(event: HeadroomEvent<Draft>, context: TaskContext): Promise<void> {
    const draft = event.data;
    if (!isCandidate(draft)) return;
    const step = `verify.${context.resumed + 1}`;
    const first = await context.step(step, () => this.#judge(event.id, draft, context));
    // A noisy machine gets one fresh try before the case waits.
    const judged =
      first.verdict === 'invalid-noisy'
        ? await context.step(`${step}.again`, () => this.#judge(event.id, draft, context))
        : first;
    const noisy = judged.verdict === 'invalid-noisy';
    const resumesAt = new Date(Date.now() + NOISY_RETRY_MS).toISOString();
    const { kind, service, repository, subject, base, patch } = draft;
    const data: Verification = {
      case: { ...draft.case, step, causationId: event.id },
      kind,
      service,
      repository,
      subject,
      base,
      patch,
      draftId: event.id,
      ...judged,
      ...(noisy && { parked: { reason: 'noisy machine', resumesAt } }),
    };
    await context.publish(verificationConcluded, data, { step });
    if (noisy) context.park('noisy machine', { resumeAfterMs: NOISY_RETRY_MS });
  }

  async #judge(draftId: string, draft: Candidate, context: TaskContext): Promise<Judged> {
    const outcome = await this.#verify(draftId, draft, context);
    const evidence = await this.#blobs.put(outcome.evidence, 'application/json');
    return { verdict: outcome.verdict, ...(outcome.stopped && { stopped: outcome.stopped }), evidence };
  }

  async #verify(draftId: string, draft: Candidate, context: TaskContext): Promise<VerificationOutcome> {
    const { repositories, sandbox, sandboxProblem, signer, workDir } = this.#settings;
    const blob = await this.#blobs.put(Buffer.from(JSON.stringify(draft)), 'application/json');
    const patch = (await this.#blobs.get(draft.patch)).toString('utf8');
    const { kind, service, repository, subject, base } = draft;
    const candidate: CandidateIdentity = {
      case: { caseId: draft.case.caseId, attempt: draft.case.attempt, kind, service, repository, subject },
      draft: { id: draftId, blob },
      base,
      patch,
      ...(draft.skill && { skill: draft.skill }),
      allowedEffects: (await this.#skillOf(draft))?.allowedEffects ?? [],
      signer,
      toolVersion: TOOL_VERSION,
    };
    if (!sandbox) {
      const message = sandboxProblem ?? 'There is no sandbox.';
      return hinderedCandidate(candidate, { verdict: 'sandbox-unavailable', stop: { reason: 'no-sandbox', message } });
    }
    let target: ServiceRepository;
    try {
      target = await repositories.open(service, context.signal);
    } catch (error) {
      return hinderedCandidate(candidate, { verdict: 'error', stop: repositoryStop(error) });
    }
    const { mirror } = target;
    return verifyCandidate({
      ...candidate,
      ...(draft.dossier && { relatedFiles: await this.#filesOf(draft.dossier) }),
      mirror,
      ...(await this.#settingsFor(target, draft)),
      sandbox,
      workDir,
      withQuietHost: (measure) => this.#keepQuiet(measure, context),
      onProgress: (progress) => {
        context.logger.info(progress, 'verification progress');
        this.#settings.onProgress?.(draft.case.caseId, progress);
      },
      signal: context.signal,
    });
  }

  /** The operator's settings, tightened by what the repository says of itself on its base branch. */
  async #settingsFor(
    target: ServiceRepository,
    { kind, skill }: Candidate,
  ): Promise<Pick<VerificationInput, 'service' | 'verification' | 'targetPolicy'>> {
    const { settings } = target;
    const targetPolicy = await targetPolicyOf({ kind, skill: skill?.name }, () => target.policy());
    const verification = verificationOf(this.#settings.config, settings);
    const { policy, minimumEffect } = targetPolicy.effective ?? { ...settings, ...verification };
    return { service: { ...settings, policy }, verification: { ...verification, minimumEffect }, targetPolicy };
  }

  /** Holds the host for the measurement: no other lane of this process, no other measurement on this machine. */
  async #keepQuiet<Result>(measure: () => Promise<Result>, context: TaskContext): Promise<Result> {
    return context.exclusive(async () => {
      const held = await hostMeasurementLock().acquire('headroom verifier', context.signal);
      try {
        return await measure();
      } finally {
        held.release();
      }
    });
  }

  /** Only a skill of the catalogue, unchanged since it was used, may have effects. */
  async #skillOf(draft: Draft): Promise<Skill | undefined> {
    if (!draft.skill) return undefined;
    const { name, digest } = draft.skill;
    const { skills } = await loadSkills(this.#settings.skillsDir);
    return skills.find((skill) => skill.name === name && skill.digest === digest);
  }

  async #filesOf(dossier: BlobRef): Promise<string[]> {
    const { finding } = JSON.parse((await this.#blobs.get(dossier)).toString('utf8')) as DossierFrames;
    const frames = [...(finding?.regression?.chain ?? []), ...(finding?.regression?.grownCallees ?? [])];
    return frames
      .filter((frame) => frame.origin === 'first-party')
      .map((frame) => frame.id.slice(0, frame.id.lastIndexOf(':')));
  }
}

/** What is read of a dossier here. */
interface DossierFrames {
  finding?: {
    regression?: { chain: { id: string; origin: string }[]; grownCallees: { id: string; origin: string }[] };
  };
}
