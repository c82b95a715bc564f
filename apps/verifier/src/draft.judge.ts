import type { BlobRef, Verdict, Verification } from '@headroom/contracts';
import { hostMeasurementLock, verificationOf } from '@headroom/platform';
import type { BlobStore, TaskContext } from '@headroom/runtime';
import {
  hinderedCandidate,
  judgeNote,
  noteRecordOf,
  targetPolicyOf,
  verifyCandidate,
  type CandidateIdentity,
  type JudgedDraft,
  type VerificationInput,
  type VerificationOutcome,
} from '@headroom/verification';
import { repositoryStop, type ServiceRepository } from '@headroom/workspace';
import { causeOf, filesOf, noteOf, skillOf, storyOf, type DraftedPatch, type JudgeableDraft } from './draft.reading.js';
import type { VerifierSettings } from './verifier.settings.js';

const TOOL_VERSION = '0.1.0';

/** What an event says of one judgement. */
export type Judged = Pick<Verification, 'verdict'> & Partial<Pick<Verification, 'stopped' | 'evidence'>>;

/** Verdicts about a candidate itself: another one may do better. Everything else would meet the next one as well. */
const ABOUT_THE_CANDIDATE: readonly Verdict[] = [
  'no-effect',
  'worse',
  'tests-failed',
  'behaviour-changed',
  'untested',
  'policy-refused',
  'build-failed',
];

/** Whether the next candidate of a draft is worth a try. */
export function mayDoBetter({ verdict }: Judged): boolean {
  return ABOUT_THE_CANDIDATE.includes(verdict);
}

/** Judges what a draft holds, and stores the signed record. */
export class DraftJudge {
  readonly #blobs: BlobStore;
  readonly #settings: VerifierSettings;

  constructor(blobs: BlobStore, settings: VerifierSettings) {
    this.#blobs = blobs;
    this.#settings = settings;
  }

  /** Judges one of the patches of a draft; `of` is how many may be measured. */
  async candidate(
    draftId: string,
    draft: JudgeableDraft,
    candidate: DraftedPatch & { of: number },
    context: TaskContext,
  ): Promise<Judged> {
    return await this.#stored(await this.#verified(draftId, draft, candidate, context));
  }

  /** Judges the note of a draft. */
  async note(draftId: string, draft: JudgeableDraft, context: TaskContext): Promise<Judged> {
    const { ref, outcome } = noteOf(draft)!;
    const text = await this.#blobs.get(ref);
    const judged = await this.#identity(draftId, draft);
    let target: ServiceRepository;
    try {
      target = await this.#settings.repositories.open(draft.service, context.signal);
    } catch (error) {
      const about = { ...judged, note: noteRecordOf(text, outcome), patch: '', allowedEffects: [] };
      return await this.#stored(hinderedCandidate(about, { verdict: 'error', stop: repositoryStop(error) }));
    }
    const known = await storyOf(this.#blobs, draft);
    const targetPolicy = await targetPolicyOf(policyKeyOf(draft), () => target.policy());
    return await this.#stored(judgeNote({ ...judged, text, outcome, known, targetPolicy }));
  }

  async #stored({ verdict, stopped, evidence }: VerificationOutcome): Promise<Judged> {
    return { verdict, ...(stopped && { stopped }), evidence: await this.#blobs.put(evidence, 'application/json') };
  }

  async #identity(draftId: string, draft: JudgeableDraft): Promise<JudgedDraft> {
    const blob = await this.#blobs.put(Buffer.from(JSON.stringify(draft)), 'application/json');
    const { kind, service, repository, subject, base, skill } = draft;
    return {
      case: { caseId: draft.case.caseId, attempt: draft.case.attempt, kind, service, repository, subject },
      draft: { id: draftId, blob },
      base,
      ...(skill && { skill }),
      signer: this.#settings.signer,
      toolVersion: TOOL_VERSION,
    };
  }

  async #verified(
    draftId: string,
    draft: JudgeableDraft,
    { patch, change, of }: DraftedPatch & { of: number },
    context: TaskContext,
  ): Promise<VerificationOutcome> {
    const { repositories, sandbox, sandboxProblem, workDir, skillsDir } = this.#settings;
    const skill = await skillOf(skillsDir, draft.skill);
    const candidate: CandidateIdentity = {
      ...(await this.#identity(draftId, draft)),
      patch: await this.#text(patch),
      change,
      allowedEffects: skill?.allowedEffects ?? [],
    };
    if (!sandbox) {
      const message = sandboxProblem ?? 'There is no sandbox.';
      return hinderedCandidate(candidate, { verdict: 'sandbox-unavailable', stop: { reason: 'no-sandbox', message } });
    }
    let target: ServiceRepository;
    try {
      target = await repositories.open(draft.service, context.signal);
    } catch (error) {
      return hinderedCandidate(candidate, { verdict: 'error', stop: repositoryStop(error) });
    }
    const { mirror } = target;
    const story = await storyOf(this.#blobs, draft);
    const cause = change === 'revert' ? await causeOf(story, mirror) : undefined;
    return verifyCandidate({
      ...candidate,
      candidates: of,
      relatedFiles: [...filesOf(story), ...(cause?.files ?? [])],
      ...(cause?.before !== undefined && { beforeCause: cause.before }),
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

  async #text(ref: BlobRef): Promise<string> {
    return (await this.#blobs.get(ref)).toString('utf8');
  }

  /** The operator's settings, tightened by what the repository says of itself on its base branch. */
  async #settingsFor(
    target: ServiceRepository,
    draft: JudgeableDraft,
  ): Promise<Pick<VerificationInput, 'service' | 'verification' | 'targetPolicy'>> {
    const { settings } = target;
    const targetPolicy = await targetPolicyOf(policyKeyOf(draft), () => target.policy());
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
}

function policyKeyOf({ kind, skill }: JudgeableDraft): Parameters<typeof targetPolicyOf>[0] {
  return { kind, skill: skill?.name };
}
