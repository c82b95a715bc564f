import { randomInt } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HeadroomError } from '@headroom/contracts';
import { BUSY_HOST_CORES, hostCpuSeconds } from '@headroom/platform';
import {
  parsePatch,
  policyViolations,
  reachableFiles,
  type PatchedFile,
  type PolicyViolation,
  type SandboxResult,
} from '@headroom/workspace';
import { Checkouts } from './checkouts.js';
import type { VerificationInput, VerificationOutcome } from './candidate.types.js';
import { examineBehaviour, type BehaviourExamination, type WatchedSide } from './differential/behaviour.examination.js';
import { runInstrumented, type InstrumentedRun } from './differential/differential.run.js';
import { uncheckedText } from './differential/instrument.js';
import type { ChangedFile } from './differential/watched.files.js';
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
import { installCommand } from './install.command.js';
import { runInstall } from './install.process.js';
import { measureRounds, type ArmRun } from './measurement/measure.rounds.js';
import { ArmFolder } from './measurement/arm.folder.js';
import type { Arm } from './statistics/arm.order.js';
import { TargetCommands } from './target.commands.js';
import { parseTestReport } from './test.report.js';
import { WorkFolders } from './work.folders.js';

/** Bytes of a failed command's output that the record keeps. */
const KEPT_OUTPUT = 16_000;

/** Longest wait for the host to come to rest after a discarded round, milliseconds. */
const SETTLE_MS = 10_000;

/**
 * Judges a candidate: policy, build where there is one, the repository's own tests on base and head, returned values and log records compared, then the
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
  readonly #target: TargetCommands;
  readonly #checkouts: Checkouts;

  constructor(input: VerificationInput, folders: WorkFolders) {
    this.#input = input;
    this.#folders = folders;
    this.#target = new TargetCommands(input);
    this.#checkouts = new Checkouts({ folders, patch: input.patch, signal: input.signal });
    this.#findings = emptyFindings(input, {
      sandbox: input.sandbox.kind,
      benchmarked: input.service.benchmark !== undefined,
    });
    if (input.service.env) this.#findings.environment = { ...input.service.env };
  }

  /** Goes from stage to stage until the findings lead to a verdict. */
  async examine(): Promise<void> {
    const stages = [
      () => this.#policy(),
      () => this.#install(),
      () => this.#build(),
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
    const { targetPolicy } = this.#input;
    this.#input.onProgress?.({ phase: 'policy' });
    if (targetPolicy?.notes.length) this.#findings.policy.notes = targetPolicy.notes.slice(0, 50);
    if (targetPolicy?.violations.length) {
      this.#findings.policy.violations = targetPolicy.violations;
      return;
    }
    const start = subject.subject.slice(0, subject.subject.indexOf(':'));
    const reached = await reachableFiles(start, (path) => mirror.readFile(base.commit, path));
    const root = service.repository?.path ?? '';
    const manifest = await mirror.readFile(base.commit, posix.join(root, 'package.json'));
    const within = (paths: readonly string[]): string[] => paths.map((path) => posix.join(root, path));
    const filesOf = (command: readonly string[] = []): string[] => within(filesOfCommand(command, manifest));
    const violations = policyViolations({
      patch,
      change: this.#input.change,
      limits: {
        ...service.policy,
        protect: [...service.policy.protect, ...filesOf(service.test), ...filesOf(service.build)],
        harness: [...within(service.benchmark?.harness ?? []), ...filesOf(service.benchmark?.command)],
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
    const { mirror, base, service } = this.#input;
    this.#input.onProgress?.({ phase: 'install' });
    await mirror.exportTree(base.commit, await this.#checkouts.emptyBase());
    const root = service.repository?.path ?? '';
    const dir = await this.#checkouts.folderOnBase(root);
    if (dir === undefined) {
      const message = `repository.path is "${root}", and the base has no such folder. Set services.*.repository.path to one that it has.`;
      this.#findings.installRefused = { reason: 'service-folder-missing', message };
      return;
    }
    if (service.install) await this.#installIn(dir, service.install, root);
  }

  async #installIn(dir: string, configured: readonly string[], root: string): Promise<void> {
    const { mirror, base, signal, verification } = this.#input;
    // In a workspace, the settings at the repository's root count as well.
    const settingsOf = async (name: string): Promise<string | undefined> => {
      const paths = [...new Set([name, posix.join(root, name)])];
      const texts = await Promise.all(paths.map((path) => mirror.readFile(base.commit, path)));
      const found = texts.filter((text) => text !== undefined);
      return found.length > 0 ? found.join('\n') : undefined;
    };
    const [npmrc, yarnrc] = await Promise.all(['.npmrc', '.yarnrc.yml'].map(settingsOf));
    const install = installCommand(configured, { npmrc, yarnrc });
    if ('refused' in install) {
      this.#findings.installRefused = install.refused;
      return;
    }
    const environment = process.env;
    const timeoutMs = verification.testTimeoutMs;
    this.#findings.commands.push(await runInstall({ ...install, dir, environment, timeoutMs, signal }));
  }

  /** Compiles base and head once; tests and benchmark then run on copies of what came out. */
  async #build(): Promise<void> {
    const { service, onProgress } = this.#input;
    if (!service.build) return;
    onProgress?.({ phase: 'build' });
    for (const side of ['base', 'head'] as const) {
      const dir = await this.#checkouts.clean(`built-${side}`, side);
      if (!(await this.#built(`build-${side}`, dir))) return;
      this.#checkouts.use(side, dir);
    }
  }

  /** Whether the build of a folder succeeded; true where there is nothing to build. */
  async #built(stage: CommandRun['stage'], dir: string): Promise<boolean> {
    const { service, verification } = this.#input;
    if (!service.build) return true;
    const result = await this.#target.run({ dir, command: service.build, timeoutMs: verification.buildTimeoutMs });
    this.#note(stage, service.build, result);
    return result.exitCode === 0 && result.outcome === 'exited';
  }

  async #tests(): Promise<void> {
    const { service, verification, onProgress } = this.#input;
    onProgress?.({ phase: 'tests' });
    for (const side of ['base', 'head'] as const) {
      const name = `test-${side}` as const;
      const dir = await this.#checkouts.ready(name, side);
      const { testTimeoutMs: timeoutMs } = verification;
      const result = await this.#target.run({ dir, command: service.test, timeoutMs, keepOutputBytes: 4_194_304 });
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
    const { allowedEffects, change } = this.#input;
    this.#input.onProgress?.({ phase: 'differential' });
    const files = await this.#changedFiles();
    this.#findings.differential = await examineBehaviour({
      files,
      allowedEffects,
      change,
      before: await this.#beforeCause(files),
      record: (side, watched) => this.#recorded(side, watched),
      failure: () =>
        this.#findings.commands.at(-1)?.stage.startsWith('differential-build') ? 'the build fails' : 'the tests fail',
    });
  }

  /** The files of a revert as they stood before the change that it takes back. */
  async #beforeCause(files: readonly ChangedFile[]): Promise<BehaviourExamination['before']> {
    const { beforeCause: commit, change, mirror } = this.#input;
    if (commit === undefined || change !== 'revert') return undefined;
    const paths = files.map(({ path, oldPath }) => oldPath ?? path);
    const texts = await Promise.all(paths.map(async (path) => [path, await mirror.readFile(commit, path)] as const));
    return { commit, texts: new Map(texts) };
  }

  async #changedFiles(): Promise<ChangedFile[]> {
    const dir = await this.#checkouts.clean('changed', 'head');
    const files = await Promise.all(parsePatch(this.#input.patch).files.map((file) => this.#changedFile(file, dir)));
    await this.#folders.remove('changed');
    return files;
  }

  async #changedFile({ path, oldPath, status }: PatchedFile, headDir: string): Promise<ChangedFile> {
    const base = oldPath === undefined ? undefined : await readFile(join(this.#checkouts.baseDir, oldPath), 'utf8');
    const head = status === 'deleted' ? undefined : await readFile(join(headDir, path), 'utf8');
    return { path, ...(oldPath === undefined ? {} : { oldPath }), base, head };
  }

  /** One instrumented run of the tests; undefined where they, or the build before them, fail only because of that. */
  async #recorded(side: 'base' | 'head', { texts, python }: WatchedSide): Promise<InstrumentedRun | undefined> {
    const { service, verification } = this.#input;
    const dir = await this.#checkouts.clean('differential', side);
    for (const [path, text] of texts) {
      if (text === undefined) await rm(join(dir, path), { force: true });
      else {
        // A folder may be gone on this side.
        await mkdir(dirname(join(dir, path)), { recursive: true });
        await writeFile(join(dir, path), service.build ? uncheckedText(path, text) : text);
      }
    }
    if (!(await this.#built(`differential-build-${side}`, dir))) return undefined;
    const run = await runInstrumented({
      target: this.#target,
      dir,
      toolDir: join(this.#folders.root, 'tools'),
      command: service.test,
      timeoutMs: verification.testTimeoutMs,
      python,
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
    const folderOf = (arm: Arm): ArmFolder =>
      new ArmFolder({
        make: () => this.#checkouts.ready(`arm-${arm}`, arm === 'head' ? 'head' : 'base'),
        prepare: (dir) => this.#target.sandbox.prepare(dir),
      });
    const folders = { base: folderOf('base'), head: folderOf('head'), control: folderOf('control') };
    const busyHostCores = this.#input.busyHostCores ?? BUSY_HOST_CORES;
    this.#findings.measurement = await withQuietHost(() =>
      measureRounds({
        command: benchmark.command,
        operations: benchmark.operations,
        seed: this.#input.seed ?? randomInt(2 ** 32),
        looks: verification.looks,
        minimumEffect: verification.minimumEffect,
        candidates: this.#input.candidates,
        busyHostCores,
        runArm: (arm, trial) => folders[arm].use((dir) => this.#runArm(arm, dir, trial)),
        settle: () => settled(busyHostCores, this.#input.signal),
        onRound: (round, of) => onProgress?.({ phase: 'measure', round, of }),
      }),
    );
    const renewed = Object.values(folders).reduce((sum, folder) => sum + folder.renewed, 0);
    if (renewed > 0) this.#findings.measurement.renewed = renewed;
  }

  async #runArm(arm: Arm, dir: string, trial: boolean): Promise<ArmRun> {
    const { service, verification } = this.#input;
    const { command, operations } = service.benchmark!;
    const words = command.map((word) => word.replaceAll('{operations}', String(operations)));
    const result = await this.#target.run({
      dir,
      command: words,
      timeoutMs: verification.armTimeoutMs,
      // The trial shows what went wrong; in the rounds, reading output would be work for the host.
      output: trial ? 'capture' : 'discard',
      outputLimitBytes: Number.POSITIVE_INFINITY,
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
