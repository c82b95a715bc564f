import {
  draftConcluded,
  verificationConcluded,
  type BlobRef,
  type Draft,
  type HeadroomEvent,
  type Verification,
} from '@headroom/contracts';
import type { BlobStore, TaskContext } from '@headroom/runtime';
import { BLOB_STORE, Subscribe } from '@headroom/runtime/nest';
import { Controller, Inject } from '@nestjs/common';
import { DraftJudge, mayDoBetter, type Judged } from './draft.judge.js';
import { noteOf, patchesOf, type DraftedPatch, type JudgeableDraft } from './draft.reading.js';
import { SETTINGS } from './tokens.js';
import type { VerifierSettings } from './verifier.settings.js';

/** A noisy machine is tried again after this. */
const NOISY_RETRY_MS = 15 * 60_000;
/** Tests and full measurements of several candidates, twice, with time to wait for the host. */
const DEADLINE_MS = 4 * 3_600_000;

type Conclusion = Judged & Pick<Verification, 'patch' | 'note' | 'tried'>;
type JudgedPatch = Judged & { patch: BlobRef };

/** Judges candidates and notes and signs what it found. Runs no code of the target itself. */
@Controller()
export class VerifierController {
  readonly #judge: DraftJudge;

  constructor(@Inject(BLOB_STORE) blobs: BlobStore, @Inject(SETTINGS) settings: VerifierSettings) {
    this.#judge = new DraftJudge(blobs, settings);
  }

  @Subscribe(draftConcluded, { deadlineMs: DEADLINE_MS })
  async handle(event: HeadroomEvent<Draft>, context: TaskContext): Promise<void> {
    const { base } = event.data;
    if (base === undefined) return;
    const draft: JudgeableDraft = { ...event.data, base };
    const step = `verify.${context.resumed + 1}`;
    const judged = await this.#concluded(event.id, draft, step, context);
    if (!judged) return;
    const noisy = judged.verdict === 'invalid-noisy';
    const resumesAt = new Date(Date.now() + NOISY_RETRY_MS).toISOString();
    const { kind, service, repository, subject } = draft;
    const data: Verification = {
      case: { ...draft.case, step, causationId: event.id },
      kind,
      service,
      repository,
      subject,
      base,
      draftId: event.id,
      ...judged,
      ...(noisy && { parked: { reason: 'noisy machine', resumesAt } }),
    };
    await context.publish(verificationConcluded, data, { step });
    if (noisy) context.park('noisy machine', { resumeAfterMs: NOISY_RETRY_MS });
  }

  /** Undefined where a draft holds nothing to judge. */
  async #concluded(
    draftId: string,
    draft: JudgeableDraft,
    step: string,
    context: TaskContext,
  ): Promise<Conclusion | undefined> {
    const patches = patchesOf(draft);
    const note = noteOf(draft)?.ref;
    if (note) return { note, ...(await context.step(step, () => this.#judge.note(draftId, draft, context))) };
    if (patches.length === 0) return undefined;
    return await firstImproved(patches, step, (candidate, name) =>
      context.step(name, () => this.#judge.candidate(draftId, draft, { ...candidate, of: patches.length }, context)),
    );
  }
}

/** Tries the candidates in their order until one is improved; when none is, the first one's verdict is the draft's. */
async function firstImproved(
  patches: readonly DraftedPatch[],
  step: string,
  judge: (candidate: DraftedPatch, step: string) => Promise<Judged>,
): Promise<Conclusion> {
  const tried: JudgedPatch[] = [];
  for (const [index, candidate] of patches.entries()) {
    const name = index === 0 ? step : `${step}.candidate-${index + 1}`;
    const first = await judge(candidate, name);
    // A noisy machine gets one fresh try before the case waits.
    const judged = first.verdict === 'invalid-noisy' ? await judge(candidate, `${name}.again`) : first;
    const one = { ...judged, patch: candidate.patch };
    if (!mayDoBetter(judged)) return withTried(one, tried);
    tried.push(one);
  }
  const [best, ...others] = tried;
  return withTried(best!, others);
}

function withTried(judged: JudgedPatch, others: readonly JudgedPatch[]): Conclusion {
  if (others.length === 0) return judged;
  const tried = others.map(({ patch, verdict, evidence }) => ({ patch, verdict, ...(evidence && { evidence }) }));
  return { ...judged, tried };
}
