import { randomInt } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HeadroomError } from '@headroom/contracts';
import { BUSY_HOST_CORES, hostCpuSeconds } from '@headroom/platform';
import { applyPatch, parsePatch, type PatchedFile, type SandboxResult } from '@headroom/workspace';
import type { VerificationInput, VerificationOutcome } from './candidate.types.js';
import { compareBehaviour } from './differential/behaviour.comparison.js';
import { runInstrumented, type InstrumentedRun } from './differential/differential.run.js';
import { watchPlan, type ChangedFile, type WatchPlan } from './differential/watched.files.js';
import {
  evidenceRecordSchema,
  type CommandRun,
  type EvidenceRecord,
  type Findings,
  type TestsSummary,
} from './evidence/evidence.schema.js';
import { signEvidence } from './evidence/signing.js';
import { emptyFindings } from './empty.findings.js';
import { conclude } from './evidence/verdict.js';
import { filesOfCommand } from './gates/harness.files.js';
import { policyViolations, type PolicyViolation } from './gates/policy.gates.js';
import { reachableFiles } from './import.reach.js';
import { installCommand } from './install.command.js';
import { runInstall } from './install.process.js';
import { measureRounds, type ArmRun } from './measurement/measure.rounds.js';
import type { Arm } from './statistics/arm.order.js';
import { parseTestReport } from './test.report.js';
import { WorkFolders } from './work.folders.js';

/** Bytes of a failed command's output that the record keeps. */
const KEPT_OUTPUT = 16_000;

/** Longest wait for the host to come to rest after a discarded round, milliseconds. */
const SETTLE_MS = 10_000;

/**
 * Judges a candidate: policy, the repository's own tests on base and head, returned values and log records compared, then the
 * benchmark, measured in rounds. The first thing that fails ends it with a named verdict. Every outcome is a signed record.
 * Temporary folders are removed whatever happens.
 * @throws the signal's reason when aborted; HeadroomError of the git mirror (`HEADROOM_REPOSITORY_UNREADABLE`, …),
 *   `HEADROOM_WORK_FOLDER_FAILED`
 */
export async function verifyCandidate(input: VerificationInput): Promise<VerificationOutcome> {
  const folders = await WorkFolders.make(input.workDir);
  try {
    const verification = new CandidateVerification(input, folders);
    await verification.examine();
    return verification.outcome();
  } catch (error) {
    // What was going on when the caller stopped it fails in its own way; the caller's reason is the one that counts.
    input.signal?.throwIfAborted();
    throw error;
  } finally {
    await folders.removeAll();
  }
}

class CandidateVerification {
  readonly #input: VerificationInput;
  readonly #folders: WorkFolders;
  readonly #findings: Findings;

  constructor(input: VerificationInput, folders: WorkFolders) {
    this.#input = input;
    this.#folders = folders;
    this.#findings = emptyFindings(input, {
      sandbox: input.sandbox.kind,
      benchmarked: input.service.benchmark !== undefined,
    });
  }

  /** Goes from stage to stage until the findings lead to a verdict. */
  async examine(): Promise<void> {
    const stages = [
      () => this.#policy(),
      () => this.#install(),
      () => this.#tests(),
      () => this.#differential(),
      () => this.#measure(),
    ];
    for (const stage of stages) {
      this.#input.signal?.throwIfAborted();
      await stage();
      if (this.#isConcluded()) return;
    }
  }

  #isConcluded(): boolean {
    return conclude(this.#findings).stopped?.reason !== 'not-examined';
  }

  outcome(): VerificationOutcome {
    this.#input.onProgress?.({ phase: 'record' });
    const { verdict, stopped, looks } = conclude(this.#findings);
    const { measurement } = this.#findings;
    const record = evidenceRecordSchema.parse({
      ...this.#findings,
      ...(measurement ? { measurement: { ...measurement, looks } } : {}),
      verdict,
      ...(stopped ? { stopped } : {}),
      endedAt: new Date().toISOString(),
    } satisfies EvidenceRecord);
    return { verdict, ...(stopped ? { stopped } : {}), record, evidence: signEvidence(record, this.#input.signer) };
  }

  async #policy(): Promise<void> {
    const { patch, mirror, base, service, case: subject, allowedEffects } = this.#input;
    this.#input.onProgress?.({ phase: 'policy' });
    const start = subject.subject.slice(0, subject.subject.indexOf(':'));
    const reached = await reachableFiles(start, (path) => mirror.readFile(base.commit, path));
    const manifest = await mirror.readFile(base.commit, 'package.json');
    const benchmarkFiles = filesOfCommand(service.benchmark?.command ?? [], manifest);
    const violations = policyViolations({
      patch,
      limits: {
        ...service.policy,
        protect: [...service.policy.protect, ...filesOfCommand(service.test, manifest)],
        harness: [...(service.benchmark?.harness ?? []), ...benchmarkFiles],
      },
      subject: subject.subject,
      causeFiles: [...(this.#input.relatedFiles ?? []), ...reached],
      allowedEffects,
    });
    this.#findings.base.tree = await mirror.treeOf(base.commit);
    violations.push(...(await this.#applied(violations)));
    this.#findings.policy.violations = violations.slice(0, 200);
  }

  async #applied(violations: readonly PolicyViolation[]): Promise<PolicyViolation[]> {
    if (violations.some((each) => ['patch-unreadable', 'empty-patch', 'too-large'].includes(each.rule))) return [];
    const { mirror, base, patch } = this.#input;
    try {
      const author = { name: 'verifier', email: 'verifier@headroom.example' };
      const { tree } = await mirror.commitPatch({
        base: base.commit,
        patch,
        message: 'Candidate under verification',
        author,
      });
      this.#findings.head = { tree };
      return [];
    } catch (error) {
      if (!(error instanceof HeadroomError) || !error.code.startsWith('HEADROOM_PATCH_')) throw error;
      return [{ rule: 'does-not-apply', message: error.message }];
    }
  }

  async #install(): Promise<void> {
    const { mirror, base, service, signal, verification } = this.#input;
    this.#input.onProgress?.({ phase: 'install' });
    const dir = await this.#folders.empty('base');
    await mirror.exportTree(base.commit, dir);
    if (!service.install) return;
    const [npmrc, yarnrc] = await Promise.all(
      ['.npmrc', '.yarnrc.yml'].map((name) => mirror.readFile(base.commit, name)),
    );
    const install = installCommand(service.install, { npmrc, yarnrc });
    if ('refused' in install) {
      this.#findings.installRefused = install.refused;
      return;
    }
    const environment = process.env;
    const timeoutMs = verification.testTimeoutMs;
    this.#findings.commands.push(await runInstall({ ...install, dir, environment, timeoutMs, signal }));
  }

  get #baseDir(): string {
    return join(this.#folders.root, 'base');
  }

  /** A copy of the base, with the patch for head. */
  async #checkout(name: string, arm: Arm): Promise<string> {
    const dir = await this.#folders.copy(this.#baseDir, name, this.#input.signal);
    if (arm === 'head') await applyPatch(dir, this.#input.patch, this.#input.signal);
    return dir;
  }

  async #tests(): Promise<void> {
    const { sandbox, service, verification, signal } = this.#input;
    this.#input.onProgress?.({ phase: 'tests' });
    for (const side of ['base', 'head'] as const) {
      const name = `test-${side}` as const;
      const dir = await this.#checkout(name, side);
      const { testTimeoutMs: timeoutMs } = verification;
      const result = await sandbox.run({ dir, command: service.test, timeoutMs, signal, keepOutputBytes: 4_194_304 });
      await this.#folders.remove(name);
      this.#note(name, service.test, result);
      this.#findings.tests[side] = testsSummary(result);
      if (result.exitCode !== 0 || result.outcome !== 'exited') return;
    }
  }

  #note(stage: CommandRun['stage'], command: readonly string[], result: SandboxResult): void {
    const failed = result.exitCode !== 0 || result.outcome !== 'exited';
    this.#findings.sandbox = { kind: result.sandbox, enforcedLimits: { ...result.enforcedLimits } };
    this.#findings.commands.push({
      stage,
      command: [...command],
      outcome: result.outcome,
      exitCode: result.exitCode,
      wallMs: result.wallMs,
      ...(result.cpuSeconds === undefined ? {} : { cpuSeconds: result.cpuSeconds }),
      ...(failed ? { output: `${result.stdout.text}\n${result.stderr.text}`.trim().slice(-KEPT_OUTPUT) } : {}),
    });
  }

  async #differential(): Promise<void> {
    const { allowedEffects } = this.#input;
    this.#input.onProgress?.({ phase: 'differential' });
    const plan = watchPlan(await this.#changedFiles());
    const base = await this.#recorded('base', plan);
    const baseAgain = base && (await this.#recorded('base', plan));
    const head = baseAgain && (await this.#recorded('head', plan));
    if (base && baseAgain && head) {
      const records = { base: base.records, baseAgain: baseAgain.records, head: head.records };
      this.#findings.differential = compareBehaviour({ plan, ...records, allowedEffects });
      return;
    }
    this.#findings.differential = {
      functions: [],
      logRecords: { base: 0, head: 0, removed: {}, masked: 0 },
      masks: [],
      differences: [],
      untested: [
        { function: plan.changed[0] ?? 'the changed code', why: 'the tests fail while its calls are recorded' },
      ],
    };
  }

  async #changedFiles(): Promise<ChangedFile[]> {
    const dir = await this.#checkout('changed', 'head');
    const files = await Promise.all(parsePatch(this.#input.patch).files.map((file) => this.#changedFile(file, dir)));
    await this.#folders.remove('changed');
    return files;
  }

  async #changedFile({ path, oldPath, status }: PatchedFile, headDir: string): Promise<ChangedFile> {
    const base = oldPath === undefined ? undefined : await readFile(join(this.#baseDir, oldPath), 'utf8');
    const head = status === 'deleted' ? undefined : await readFile(join(headDir, path), 'utf8');
    return { path, ...(oldPath === undefined ? {} : { oldPath }), base, head };
  }

  /** One instrumented run of the tests; undefined where they fail only because of that. */
  async #recorded(side: 'base' | 'head', plan: WatchPlan): Promise<InstrumentedRun | undefined> {
    const { sandbox, service, verification, signal } = this.#input;
    const dir = await this.#checkout('differential', side);
    for (const [path, text] of plan[side]) await writeFile(join(dir, path), text);
    const run = await runInstrumented({
      sandbox,
      dir,
      toolDir: join(this.#folders.root, 'tools'),
      command: service.test,
      timeoutMs: verification.testTimeoutMs,
      signal,
    });
    await this.#folders.remove('differential');
    this.#note(`differential-${side}`, service.test, run.result);
    return run.result.exitCode === 0 && run.result.outcome === 'exited' ? run : undefined;
  }

  async #measure(): Promise<void> {
    const { service, verification, withQuietHost, onProgress } = this.#input;
    const { benchmark } = service;
    if (!benchmark) return;
    onProgress?.({ phase: 'measure', round: 0, of: verification.looks.at(-1) });
    const dirs = {
      base: await this.#checkout('arm-base', 'base'),
      head: await this.#checkout('arm-head', 'head'),
      control: await this.#checkout('arm-control', 'control'),
    };
    const busyHostCores = this.#input.busyHostCores ?? BUSY_HOST_CORES;
    this.#findings.measurement = await withQuietHost(() =>
      measureRounds({
        command: benchmark.command,
        operations: benchmark.operations,
        seed: this.#input.seed ?? randomInt(2 ** 32),
        looks: verification.looks,
        minimumEffect: verification.minimumEffect,
        busyHostCores,
        runArm: (arm, trial) => this.#runArm(arm, dirs[arm], trial),
        settle: () => settled(busyHostCores, this.#input.signal),
        onRound: (round, of) => onProgress?.({ phase: 'measure', round, of }),
      }),
    );
  }

  async #runArm(arm: Arm, dir: string, trial: boolean): Promise<ArmRun> {
    const { sandbox, service, verification, signal } = this.#input;
    const { command, operations } = service.benchmark!;
    const words = command.map((word) => word.replaceAll('{operations}', String(operations)));
    const result = await sandbox.run({
      dir,
      command: words,
      timeoutMs: verification.armTimeoutMs,
      // The trial shows what went wrong; in the rounds, reading output would be work for the host.
      output: trial ? 'capture' : 'discard',
      outputLimitBytes: Number.POSITIVE_INFINITY,
      signal,
    });
    if (trial && arm !== 'control') this.#note(`benchmark-${arm}`, words, result);
    return {
      cpuSeconds: result.cpuSeconds ?? 0,
      wallMs: result.wallMs,
      // A host whose CPU cannot be read cannot be called quiet.
      restOfHostCores: result.restOfHostCores ?? availableParallelism(),
      exitCode: result.exitCode,
      outcome: result.outcome,
      message: `${result.stdout.text}\n${result.stderr.text}`.trim(),
      cpuSource: result.cpuSource,
    };
  }
}

function testsSummary(result: SandboxResult): TestsSummary {
  const { failures, ...counts } = parseTestReport(`${result.stdout.text}\n${result.stderr.text}`);
  const failed = result.exitCode !== 0;
  return { ...counts, failures: failed ? failures : [], exitCode: result.exitCode, outcome: result.outcome };
}

/** Waits until the host has been at rest for half a second, or for ten seconds. */
async function settled(busyHostCores: number, signal?: AbortSignal): Promise<void> {
  const deadline = performance.now() + SETTLE_MS;
  while (performance.now() < deadline) {
    const [cpu, at] = [hostCpuSeconds(), performance.now()];
    await delay(500, undefined, { signal });
    if ((hostCpuSeconds() - cpu) / ((performance.now() - at) / 1000) < busyHostCores) return;
  }
}
