import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { canonicalJson } from '@headroom/contracts';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { armOrders } from '../statistics/arm.order.js';
import { EVIDENCE_SCHEMA, type ArmSample, type EvidenceRecord, type MeasurementRecord } from './evidence.schema.js';
import {
  addTrustedKeys,
  ensureKeyPair,
  PRIVATE_KEY_FILE,
  readSigner,
  readTrustedKeys,
  signEvidence,
  TRUSTED_KEYS_FILE,
  verifyEvidence,
  type Signer,
  type TrustedKeys,
} from './signing.js';
import { conclude } from './verdict.js';

const SHA = 'a3c024f1d8b5d3a7f3f0f7f3f9c0b6f0f1d2c3b4a5968778695a4b3c2d1e0f00';
const COMMIT = '1f0c7e5a2b3d4c5e6f708192a3b4c5d6e7f80910';

function sample(cpuSeconds: number): ArmSample {
  return { cpuSeconds, wallMs: cpuSeconds * 1000, restOfHostCores: 0.02, exitCode: 0, outcome: 'exited' };
}

function measurement(headCpu: number): MeasurementRecord {
  const orders = armOrders(5, 12);
  return {
    command: ['node', 'bench.js', '{operations}'],
    operations: 1000,
    seed: 5,
    plannedLooks: [12],
    minimumEffect: 0.01,
    busyHostCores: 0.2,
    maxDiscarded: 6,
    rounds: orders.map((order, round) => {
      const jitter = 1 + ((round * 7) % 5) / 500;
      return {
        round,
        order: [...order],
        base: sample(1),
        head: sample(headCpu * jitter),
        control: sample(1.002 * jitter),
      };
    }),
    looks: [],
  };
}

function record(signer: Signer, headCpu = 0.6): EvidenceRecord {
  const tests = { passed: 3, failed: 0, failures: [], exitCode: 0, outcome: 'exited' };
  const findings = {
    schema: EVIDENCE_SCHEMA,
    case: {
      caseId: 'opp-0123456789abcdef0123',
      attempt: 1,
      kind: 'opportunity',
      service: 'web',
      repository: 'shop/web',
      subject: 'src/a.ts:a',
    },
    allowedEffects: [],
    draft: { id: 'draft', blob: { sha256: SHA, size: 1, mediaType: 'application/json' } },
    base: { branch: 'main', commit: COMMIT, tree: COMMIT },
    head: { tree: COMMIT },
    patch: { sha256: SHA, files: ['src/a.ts'] },
    policy: { violations: [] },
    commands: [],
    tests: { base: tests, head: tests },
    differential: {
      functions: [{ id: 'src/a.ts:a', changed: true, calls: { base: 1, head: 1 }, compared: 1, masked: 0 }],
      logRecords: { base: 0, head: 0, removed: {}, masked: 0 },
      masks: [],
      differences: [],
      untested: [],
    },
    benchmarked: true,
    measurement: measurement(headCpu),
    sandbox: { kind: 'bubblewrap', enforcedLimits: {} },
    host: { hostClass: 'x', platform: 'linux x64', kernel: '6', cpuModel: 'x', cores: 2, node: 'v24' },
    startedAt: '2026-01-05T09:00:00.000Z',
    tool: { name: 'headroom', version: '0.0.0' },
    signer: signer.keyId,
  } as const;
  const concluded = conclude(findings as never);
  return {
    ...(structuredClone(findings) as unknown as EvidenceRecord),
    measurement: { ...measurement(headCpu), looks: concluded.looks },
    verdict: concluded.verdict,
    ...(concluded.stopped ? { stopped: concluded.stopped } : {}),
    endedAt: '2026-01-05T09:01:00.000Z',
  };
}

let dir: string;
let keys: { signer: Signer; trustedKeys: TrustedKeys };

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-spec-'));
  keys = await ensureKeyPair(join(dir, 'data'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function check(change: (value: EvidenceRecord) => void, resign = true): ReturnType<typeof verifyEvidence> {
  const changed = record(keys.signer);
  if (resign) {
    change(changed);
    return verifyEvidence(signEvidence(changed, keys.signer), keys.trustedKeys);
  }
  const signed = JSON.parse(Buffer.from(signEvidence(changed, keys.signer)).toString('utf8')) as {
    record: EvidenceRecord;
  };
  change(signed.record);
  return verifyEvidence(Buffer.from(canonicalJson(signed)), keys.trustedKeys);
}

describe('verifyEvidence', () => {
  it('believes a record that a trusted key signed and whose samples lead to its verdict', () => {
    const result = check(() => undefined);

    expect(result).toMatchObject({ valid: true, keyId: keys.signer.keyId, record: { verdict: 'improved' } });
  });

  it('believes it in another layout too', () => {
    const bytes = signEvidence(record(keys.signer), keys.signer);
    const pretty = JSON.stringify(JSON.parse(Buffer.from(bytes).toString('utf8')), undefined, 2);

    expect(verifyEvidence(Buffer.from(pretty), keys.trustedKeys).valid).toBe(true);
  });

  it('refuses a record that was changed after it was signed', () => {
    expect(check((value) => (value.case.subject = 'src/b.ts:b'), false)).toMatchObject({
      valid: false,
      reason: 'signature-invalid',
    });
    expect(check((value) => (value.measurement!.rounds[0]!.head.cpuSeconds = 0.1), false)).toMatchObject({
      reason: 'signature-invalid',
    });
  });

  it('refuses a key that is not trusted, or another than the record names', async () => {
    const stranger = await ensureKeyPair(join(dir, 'stranger'));

    expect(verifyEvidence(signEvidence(record(stranger.signer), stranger.signer), keys.trustedKeys)).toMatchObject({
      reason: 'signer-unknown',
    });
    expect(verifyEvidence(signEvidence(record(stranger.signer), keys.signer), keys.trustedKeys)).toMatchObject({
      reason: 'signer-unknown',
    });
  });

  it('refuses a signed verdict that its own samples do not lead to', () => {
    expect(check((value) => value.measurement!.rounds.forEach((round) => (round.head.cpuSeconds = 1)))).toMatchObject({
      reason: 'verdict-mismatch',
    });
    expect(check((value) => (value.measurement!.looks[0]!.cpu.estimate = -0.9))).toMatchObject({
      reason: 'verdict-mismatch',
    });
    expect(check((value) => (value.tests.head!.exitCode = 1))).toMatchObject({ reason: 'verdict-mismatch' });
    expect(check((value) => delete value.differential)).toMatchObject({ reason: 'verdict-mismatch' });
  });

  it('refuses samples that were picked', () => {
    expect(check((value) => (value.measurement!.rounds[3]!.discarded = 'busy-host'))).toMatchObject({
      reason: 'samples-inconsistent',
    });
    expect(check((value) => (value.measurement!.rounds[3]!.head.restOfHostCores = 0.9))).toMatchObject({
      reason: 'samples-inconsistent',
    });
    expect(check((value) => value.measurement!.rounds.reverse())).toMatchObject({ reason: 'samples-inconsistent' });
    expect(check((value) => (value.measurement!.seed = 6))).toMatchObject({ reason: 'samples-inconsistent' });
  });

  it('refuses what is no record, naming the field', () => {
    expect(verifyEvidence(Buffer.from('{'), keys.trustedKeys)).toMatchObject({ reason: 'not-json' });
    expect(verifyEvidence(Buffer.from([0xff, 0xfe]), keys.trustedKeys)).toMatchObject({ reason: 'not-json' });
    expect(verifyEvidence(Buffer.from('{}'), keys.trustedKeys)).toMatchObject({
      reason: 'schema-invalid',
      message: expect.stringContaining('$.record'),
    });
    expect(check((value) => Object.assign(value, { extra: 1 }))).toMatchObject({ reason: 'schema-invalid' });
  });
});

describe('ensureKeyPair', () => {
  it('makes one key pair, keeps it, and closes the private key to others', async () => {
    const [one, two] = await Promise.all([ensureKeyPair(join(dir, 'race')), ensureKeyPair(join(dir, 'race'))]);
    const again = await ensureKeyPair(join(dir, 'race'));

    expect(two!.signer.keyId).toBe(one!.signer.keyId);
    expect(again.signer.keyId).toBe(one!.signer.keyId);
    expect((await stat(join(dir, 'race', 'evidence-signing-key.pem'))).mode & 0o777).toBe(0o600);
    expect([...(await readTrustedKeys(again.trustedKeysFile)).keys()]).toEqual([again.signer.keyId]);
  });

  it('keeps other trusted keys', async () => {
    const other = await ensureKeyPair(join(dir, 'other'));
    const target = join(dir, 'both');
    await ensureKeyPair(target);
    const file = join(target, TRUSTED_KEYS_FILE);
    const list = JSON.parse(await readFile(file, 'utf8')) as { keys: unknown[] };
    const more = JSON.parse(await readFile(other.trustedKeysFile, 'utf8')) as { keys: unknown[] };
    await writeFile(file, JSON.stringify({ keys: [...list.keys, ...more.keys] }));

    expect((await ensureKeyPair(target)).trustedKeys.has(other.signer.keyId)).toBe(true);
  });

  it('refuses a damaged key instead of replacing it', async () => {
    const target = join(dir, 'damaged');
    await ensureKeyPair(target);
    await writeFile(join(target, 'evidence-signing-key.pem'), 'nonsense');

    await expect(ensureKeyPair(target)).rejects.toMatchObject({ code: 'HEADROOM_SIGNING_KEY_INVALID' });
  });
});

describe('readSigner', () => {
  it('takes the key that is there and makes none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'headroom-keys-'));
    await expect(readSigner(folder)).rejects.toMatchObject({ code: 'HEADROOM_SIGNING_KEY_MISSING' });

    const { signer } = await ensureKeyPair(folder);
    expect((await readSigner(folder)).keyId).toBe(signer.keyId);
    await rm(folder, { recursive: true });
  });
});

describe('addTrustedKeys', () => {
  it('keeps the keys of a second folder when the pair is replaced', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'headroom-keys-'));
    const second = join(folder, 'second.json');
    const before = await ensureKeyPair(folder);
    await addTrustedKeys(second, before.trustedKeys);

    await rm(join(folder, PRIVATE_KEY_FILE));
    const after = await ensureKeyPair(folder);
    await addTrustedKeys(second, after.trustedKeys);

    const known = [...(await readTrustedKeys(second)).keys()];
    expect(known.sort()).toEqual([before.signer.keyId, after.signer.keyId].sort());
    await rm(folder, { recursive: true });
  });
});

describe('canonicalJson', () => {
  it('orders keys by code units and writes numbers and texts in one way', () => {
    expect(canonicalJson({ b: 1.0, a: [1e21, -0, 0.1], '€': 'ü\n', A: undefined, '\u{1F600}': null })).toBe(
      '{"a":[1e+21,0,0.1],"b":1,"€":"ü\\n","\u{1F600}":null}',
    );
  });

  it('refuses what JSON cannot hold', () => {
    expect(() => canonicalJson({ a: Number.NaN })).toThrow(/no JSON form/);
  });
});
