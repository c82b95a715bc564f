import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { sha256 } from '@headroom/contracts';
import { configSchema, hostMeasurementLock } from '@headroom/platform';
import { buildRepository, type TestCommit } from '@headroom/testing';
import { createSandbox, openMirror } from '@headroom/workspace';
import type { VerificationInput, VerificationOutcome } from '../candidate.types.js';
import { ensureKeyPair, verifyEvidence } from '../evidence/signing.js';
import { verifyCandidate } from '../verify.candidate.js';

const run = promisify(execFile);

/** What a configuration that says nothing of it sets. */
export const DEFAULT_SETTINGS = configSchema.parse({ version: 1, services: {} }).verification;
/** Bounds that no candidate here meets. */
export const WIDE_POLICY = { maxFiles: 10, maxChangedLines: 400, protect: [] };

/** Texts of files by path; null = the file is removed. */
export type Changes = Readonly<Record<string, string | null>>;

/** A repository, and what its candidates are verified with. */
export interface CandidateVerification {
  /** Of the repository, oldest first; the last is the base. */
  readonly commits: readonly string[];
  /** Where candidates are checked out: empty when no verification runs. */
  readonly workDir: string;
  /** The patch that git makes of changed files. */
  patchOf(changes: Changes): Promise<string>;
  /** Verifies a patch. Throws where the signed record that comes of it does not hold. */
  verifyPatch(patch: string, more?: Partial<VerificationInput>): Promise<VerificationOutcome>;
  /** {@link verifyPatch} of {@link patchOf}. */
  verify(changes: Changes, more?: Partial<VerificationInput>): Promise<VerificationOutcome>;
  close(): Promise<void>;
}

/**
 * Builds a repository and opens a sandbox.
 * @param input what candidates are verified with unless their test says otherwise
 */
export async function candidateVerification(
  commits: readonly TestCommit[],
  subject: string,
  input: Pick<VerificationInput, 'service'> & Partial<VerificationInput>,
): Promise<CandidateVerification> {
  const dir = await mkdtemp(join(tmpdir(), 'headroom-spec-'));
  const { bare, commits: ids } = await buildRepository(dir, [...commits]);
  const mirror = await openMirror({ location: bare, cacheDir: join(dir, 'cache') });
  const sandbox = await createSandbox({ mode: 'required' });
  const { signer, trustedKeys } = await ensureKeyPair(join(dir, 'keys'));
  const workDir = join(dir, 'work');

  const patchOf: CandidateVerification['patchOf'] = async (changes) => {
    const work = await mkdtemp(join(dir, 'edit-'));
    const git = (...args: string[]) => run('git', ['-c', 'core.hooksPath=/dev/null', ...args], { cwd: work });
    await git('clone', '-q', bare, '.');
    for (const [path, text] of Object.entries(changes)) {
      await mkdir(dirname(join(work, path)), { recursive: true });
      if (text === null) await rm(join(work, path));
      else await writeFile(join(work, path), text);
    }
    await git('add', '-A');
    const { stdout } = await git('diff', '--cached', '--no-renames');
    return stdout;
  };

  const verifyPatch: CandidateVerification['verifyPatch'] = async (patch, more) => {
    const outcome = await verifyCandidate({
      case: {
        caseId: 'opp-0123456789abcdef0123',
        attempt: 1,
        kind: 'opportunity',
        service: 'web',
        repository: 'shop/web',
        subject,
      },
      draft: { id: 'draft-1', blob: { sha256: sha256(patch), size: 1, mediaType: 'application/json' } },
      base: { branch: 'main', commit: ids.at(-1)! },
      patch,
      allowedEffects: [],
      mirror,
      verification: { ...DEFAULT_SETTINGS, testTimeoutMs: 60_000 },
      sandbox,
      signer,
      toolVersion: '0.0.0',
      withQuietHost: (measure) => measure(),
      workDir,
      ...input,
      ...more,
    });
    const checked = verifyEvidence(outcome.evidence, trustedKeys);
    if (!checked.valid) throw new Error(`The record does not hold: ${JSON.stringify(checked)}`);
    return outcome;
  };

  return {
    commits: ids,
    workDir,
    patchOf,
    verifyPatch,
    verify: async (changes, more) => verifyPatch(await patchOf(changes), more),
    close: async () => {
      await sandbox.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** What candidates are measured with: one measurement at a time on this host. */
export const MEASURED = {
  verification: {
    ...DEFAULT_SETTINGS,
    looks: [6, 12],
    testTimeoutMs: 60_000,
    armTimeoutMs: 60_000,
    minimumEffect: 0.01,
  },
  seed: 7,
  withQuietHost: async (measure) => {
    const lock = await hostMeasurementLock().acquire('specification');
    try {
      return await measure();
    } finally {
      lock.release();
    }
  },
} satisfies Partial<VerificationInput>;
