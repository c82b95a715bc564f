import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import {
  caseIdOf,
  HeadroomError,
  sha256,
  verificationConcluded,
  type BlobRef,
  type CaseKind,
  type Draft,
  type Finding,
  type HeadroomEvent,
  type RootCause,
  type Verification,
} from '@headroom/contracts';
import { buildRepository, regressionFinding } from '@headroom/testing';
import {
  keyIdOf,
  signEvidence,
  verifyEvidence,
  type EvidenceRecord,
  type MeasurementRecord,
  type TrustedKeys,
} from '@headroom/verification';
import { openMirror } from '@headroom/workspace';
import type { BlobPort } from '../proposal.input.js';

/** Blobs in memory that check their hashes. */
export class MemoryBlobs implements BlobPort {
  readonly content = new Map<string, Buffer>();

  get(ref: BlobRef): Promise<Buffer> {
    const bytes = this.content.get(ref.sha256);
    if (bytes) return Promise.resolve(bytes);
    const error = new HeadroomError(`blob ${ref.sha256} is missing`, {
      code: 'HEADROOM_BLOB_MISSING',
      retryable: true,
    });
    return Promise.reject(error);
  }

  put(bytes: Uint8Array, mediaType: string): Promise<BlobRef> {
    return Promise.resolve(this.keep(bytes, mediaType));
  }

  keep(bytes: Uint8Array | string, mediaType: string): BlobRef {
    const content = Buffer.from(bytes);
    this.content.set(sha256(content), content);
    return { sha256: sha256(content), size: content.length, mediaType };
  }
}

const SOURCE = [
  'export function tokenize(text: string): string[] {',
  '  return text',
  "    .split(' ')",
  "    .filter((word) => new RegExp('^[a-z]+$').test(word));",
  '}',
  '',
].join('\n');

/** A patch as a skill drafts it; `name` makes another one. */
export function patchNaming(name: string): string {
  return [
    'diff --git a/src/tokenize.ts b/src/tokenize.ts',
    '--- a/src/tokenize.ts',
    '+++ b/src/tokenize.ts',
    '@@ -1,5 +1,6 @@',
    `+const ${name} = new RegExp('^[a-z]+$');`,
    ' export function tokenize(text: string): string[] {',
    '   return text',
    "     .split(' ')",
    "-    .filter((word) => new RegExp('^[a-z]+$').test(word));",
    `+    .filter((word) => ${name}.test(word));`,
    ' }',
    '',
  ].join('\n');
}

type Round = MeasurementRecord['rounds'][number];

const ROUNDS = 12;
const LEAST_EFFECT = 0.01;
const ORDERS: Round['order'][] = [
  ['base', 'head', 'control'],
  ['base', 'control', 'head'],
  ['head', 'base', 'control'],
  ['head', 'control', 'base'],
  ['control', 'base', 'head'],
  ['control', 'head', 'base'],
];

function roundOf(round: number, order: Round['order'], ratio: number): Round {
  const sample = (cpuSeconds: number) => ({
    cpuSeconds,
    wallMs: cpuSeconds * 1000,
    restOfHostCores: 0.02,
    exitCode: 0,
    outcome: 'exited',
  });
  return { round, order, base: sample(1), head: sample(ratio), control: sample(1) };
}

/**
 * Twelve rounds in which every head costs the same share of its base, so that each interval is a point and the look can be written
 * down; the fifth one was tried twice, because the host was busy.
 */
function measurementOf(ratio: number, seed: number, orders: Round['order'][]): MeasurementRecord {
  const rounds = orders.map((order, round) => roundOf(round, order, ratio));
  const busy = rounds[4] && {
    ...rounds[4],
    base: { ...rounds[4].base, restOfHostCores: 0.9 },
    discarded: 'busy-host' as const,
  };
  const change = Math.expm1(Math.log(ratio));
  const point = (estimate: number) => ({ estimate, low: estimate, high: estimate });
  const look = {
    rounds: ROUNDS,
    level: 1 - 0.05 / 2,
    cpu: point(change),
    control: point(0),
    wall: point(change),
    noiseFloor: 0,
    requiredEffect: -Math.expm1(Math.log1p(-LEAST_EFFECT)),
    conclusion: 'improved' as const,
  };
  return {
    command: ['node', 'bench/tokenize.bench.ts', '--operations', '{operations}'],
    operations: 2000,
    seed,
    plannedLooks: [ROUNDS, 2 * ROUNDS],
    minimumEffect: LEAST_EFFECT,
    busyHostCores: 0.2,
    maxDiscarded: ROUNDS,
    cpuSource: 'process-tree',
    rounds: busy ? rounds.toSpliced(4, 0, busy) : rounds,
    looks: rounds.length === ROUNDS ? [look] : [],
  };
}

const knownOrders = new Map<number, Round['order'][]>();

/** The orders that a seed gives, found by asking the check about one round after the other. */
function ordersOf(seed: number, accepted: (orders: Round['order'][]) => boolean): Round['order'][] {
  const known = knownOrders.get(seed);
  if (known) return known;
  const orders: Round['order'][] = [];
  while (orders.length < ROUNDS) {
    const next = ORDERS.find((order) => accepted([...orders, order]));
    if (!next) throw new Error(`no order of round ${orders.length} is accepted`);
    orders.push(next);
  }
  knownOrders.set(seed, orders);
  return orders;
}

/** Everything that a case needs to be proposed. */
export interface ProvenCase {
  dir: string;
  bare: string;
  baseCommit: string;
  blobs: MemoryBlobs;
  trustedKeys: TrustedKeys;
  privateKey: KeyObject;
  record: EvidenceRecord;
  draft: Draft;
  event: HeadroomEvent<Verification>;
}

/** What may differ from the plain case. */
export interface ProvenCaseOptions {
  kind?: CaseKind;
  patch?: string;
  attempt?: number;
  summary?: string;
  requester?: string;
  /** CPU of head against base. @default 0.73 */
  ratio?: number;
  /** @default 7 */
  seed?: number;
  /** Why the install command was refused: the verdict is `install-failed`. */
  installRefused?: EvidenceRecord['installRefused'];
  sandbox?: EvidenceRecord['sandbox'];
  allowedEffects?: string[];
  reviewers?: Draft['reviewers'];
}

const SUBJECT = 'src/tokenize.ts:tokenize';
const ANCHOR = { regression: 'd-009', opportunity: 'anchor' };

function opportunityOf(caseId: string, requestedBy: string): Finding {
  return {
    case: { caseId, attempt: 1, step: 'finding.1', causationId: 'signal' },
    kind: 'opportunity',
    service: 'web',
    repository: 'shop/web',
    subject: SUBJECT,
    opportunity: { subjectContent: 'a'.repeat(64), requestedBy, profiles: [] },
  };
}

function rootCauseOf(kind: CaseKind, commit: string): RootCause {
  if (kind === 'opportunity') return { status: 'not-applicable' };
  return {
    status: 'named',
    cause: {
      kind: 'commit',
      commit,
      title: 'Build the pattern for each word',
      author: { name: 'Search Developer', email: 'search@web.example' },
      committedAt: '2026-11-01T09:00:00Z',
      deployment: 'd-009',
      symbols: [SUBJECT],
    },
    score: 0.82,
    evidence: ['It wrote line 4 of src/tokenize.ts, which carries 91 % of the growth.'],
  };
}

const passed = { passed: 14, failed: 0, skipped: 0, failures: [], exitCode: 0, outcome: 'exited' };
const run = (stage: EvidenceRecord['commands'][number]['stage']) => ({
  stage,
  command: ['node', '--test', 'test/*.test.ts'],
  outcome: 'exited',
  exitCode: 0,
  wallMs: 900,
});

/** A real bare repository, and a case in it that was drafted, measured and signed. */
export async function provenCase(dir: string, options: ProvenCaseOptions = {}): Promise<ProvenCase> {
  const { kind = 'opportunity' } = options;
  const { bare, commits } = await buildRepository(dir, [
    { message: 'Add the service', files: { 'src/tokenize.ts': SOURCE, 'test/tokenize.test.ts': 'export {};\n' } },
    { message: 'Describe it', files: { 'README.md': '# Web\n' } },
  ]);
  const baseCommit = commits.at(-1)!;
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const blobs = new MemoryBlobs();
  const trustedKeys = new Map([[keyIdOf(publicKey), publicKey]]);
  const place = { dir, bare, baseCommit, blobs, trustedKeys, privateKey };
  return { ...place, ...(await judged({ ...place, rootCommit: commits.at(0)! }, { ...options, kind })) };
}

type Place = Pick<ProvenCase, 'dir' | 'bare' | 'baseCommit' | 'blobs' | 'privateKey' | 'trustedKeys'>;

/** A further verification of the same case, signed with the same key. */
export async function judgedAgain(known: ProvenCase, options: ProvenCaseOptions): Promise<ProvenCase> {
  return { ...known, ...(await judged({ ...known, rootCommit: known.baseCommit }, options)) };
}

async function judged(place: Place & { rootCommit: string }, options: ProvenCaseOptions) {
  const { kind = 'opportunity', attempt = 1, patch = patchNaming('WORD_PATTERN') } = options;
  const { blobs, baseCommit } = place;
  const caseId = caseIdOf({ repository: 'shop/web', kind, subject: SUBJECT, anchor: ANCHOR[kind] });
  const finding =
    kind === 'regression'
      ? regressionFinding({ caseId, subject: SUBJECT })
      : opportunityOf(caseId, options.requester ?? 'a developer');
  const dossier = blobs.keep(
    JSON.stringify({ finding, rootCause: rootCauseOf(kind, place.rootCommit) }),
    'application/json',
  );
  const shared = { kind, service: 'web', repository: 'shop/web', subject: SUBJECT };
  const base = { branch: 'main', commit: baseCommit };
  const patchRef = blobs.keep(patch, 'text/x-diff');
  const skill = { name: 'regex-precompile', version: '1.0.0', digest: 'b'.repeat(64) };
  const draft: Draft = {
    case: { caseId, attempt, step: 'draft.1', causationId: 'context' },
    ...shared,
    outcome: 'patch',
    base,
    skill,
    patch: patchRef,
    files: ['src/tokenize.ts'],
    summary: options.summary ?? 'Moves one regular expression out of tokenize.',
    facts: [{ text: 'tokenize builds a regular expression per word.', evidence: [SUBJECT] }],
    reviewers: options.reviewers ?? [{ who: 'search@web.example', why: 'CODEOWNERS' }],
    dossier,
  };
  const draftBlob = blobs.keep(JSON.stringify(draft), 'application/json');
  const record = await recordOf(place, { draft, draftBlob, patch, skill, options });
  const evidence = blobs.keep(signed(record, place.privateKey), 'application/json');
  const data: Verification = {
    case: { caseId, attempt, step: 'verify.1', causationId: 'draft-event' },
    ...shared,
    draftId: 'draft-event',
    base,
    patch: patchRef,
    verdict: record.verdict,
    ...(record.stopped && { stopped: record.stopped }),
    evidence,
  };
  return { record, draft, event: eventOf(data) };
}

interface Drafted {
  draft: Draft;
  draftBlob: BlobRef;
  patch: string;
  skill: NonNullable<Draft['skill']>;
  options: ProvenCaseOptions;
}

async function recordOf(place: Place, { draft, draftBlob, patch, skill, options }: Drafted): Promise<EvidenceRecord> {
  const mirror = await openMirror({ location: place.bare, cacheDir: join(place.dir, 'test-cache') });
  const author = { name: 'x', email: 'x@localhost' };
  const { tree } = await mirror.commitPatch({ base: place.baseCommit, patch, message: 'x', author });
  const { case: header, kind, service, repository, subject } = draft;
  const seed = options.seed ?? 7;
  const { installRefused } = options;
  const of = (measurement: MeasurementRecord): EvidenceRecord => ({
    schema: 'headroom.evidence.v1',
    case: { caseId: header.caseId, attempt: header.attempt, kind, service, repository, subject },
    skill,
    allowedEffects: options.allowedEffects ?? [],
    draft: { id: 'draft-event', blob: draftBlob },
    base: { branch: 'main', commit: place.baseCommit },
    head: { tree },
    patch: { sha256: sha256(patch), files: ['src/tokenize.ts'] },
    policy: { violations: [] },
    commands: [run('test-base'), run('test-head')],
    tests: { base: passed, head: passed },
    differential: {
      functions: [{ id: subject, changed: true, calls: { base: 40, head: 40 }, compared: 12, masked: 0 }],
      logRecords: { base: 120, head: 22, removed: { info: 98 }, masked: 0 },
      masks: [],
      differences: [],
      untested: [],
    },
    benchmarked: true,
    measurement,
    sandbox: options.sandbox ?? { kind: 'bubblewrap', enforcedLimits: { memory: 'RLIMIT_DATA' } },
    host: { hostClass: 'x64 2 cores', platform: 'linux', kernel: '6.1.0', cpuModel: 'CPU', cores: 2, node: 'v24.21.0' },
    ...(installRefused && { installRefused, stopped: installRefused }),
    verdict: installRefused ? 'install-failed' : 'improved',
    startedAt: '2026-11-02T12:00:00.000Z',
    endedAt: `2026-11-02T12:0${seed % 10}:30.250Z`,
    tool: { name: 'headroom', version: '0.0.0' },
    signer: [...place.trustedKeys.keys()].at(0)!,
  });
  const ratio = options.ratio ?? 0.73;
  const accepted = (orders: Round['order'][]): boolean => {
    const check = verifyEvidence(signed(of(measurementOf(ratio, seed, orders)), place.privateKey), place.trustedKeys);
    return check.valid || check.reason !== 'samples-inconsistent';
  };
  const measurement = measurementOf(ratio, seed, ordersOf(seed, accepted));
  return of(installRefused ? { ...measurement, looks: [] } : measurement);
}

/** Signs a record with a key, whoever it belongs to. */
export function signed(record: EvidenceRecord, key: KeyObject): Uint8Array {
  return signEvidence(record, { keyId: record.signer, sign: (bytes) => sign(null, bytes, key) });
}

/** The event of a verification. */
export function eventOf(data: Verification): HeadroomEvent<Verification> {
  return {
    specversion: '1.0',
    id: 'verification-event',
    source: '/headroom/verifier',
    type: verificationConcluded.type,
    traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`,
    data,
  };
}
