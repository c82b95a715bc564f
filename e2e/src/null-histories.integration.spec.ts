import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { applyDeployment, applyProfile, assess, emptyHistory, rememberOpened } from '@headroom/detection';
import { decodeRecording, type RecordedDeployment } from './recordings/null.recording.js';

const HISTORIES = 30;
const LENGTH = 24;

const packed = readFileSync(join(import.meta.dirname, 'recordings', 'null-histories.json.br'));
const recording = decodeRecording(packed);

/** What every look at a history said. */
interface Looks {
  findings: string[];
  /** Looks at which there were enough quiet deployments to judge the service. */
  watching: number;
}

function lookAt(deployments: readonly RecordedDeployment[]): Looks {
  let history = emptyHistory(recording.service);
  const looks: Looks = { findings: [], watching: 0 };
  for (const { deployment, profile } of deployments) {
    history = applyProfile(applyDeployment(history, deployment), profile);
    const { findings, status } = assess(history);
    if (status === 'watching') looks.watching += 1;
    for (const { subject, changePoint, delta, before, shareOfService, sds, q } of findings) {
      const figures = JSON.stringify({ delta, before, shareOfService, sds, q });
      looks.findings.push(`at ${deployment.id}: ${subject} from ${changePoint.deployment} on, ${figures}`);
    }
    history = rememberOpened(history, findings);
  }
  return looks;
}

/** Histories in time order, their beginnings spread evenly over the recording. */
function histories(): RecordedDeployment[][] {
  const last = recording.deployments.length - LENGTH;
  return Array.from({ length: HISTORIES }, (_, number) => {
    const start = Math.round((number * last) / (HISTORIES - 1));
    return recording.deployments.slice(start, start + LENGTH);
  });
}

/** The same measurements with one function dearer from a deployment on, by a part of the service's CPU. */
function dearer(
  deployments: readonly RecordedDeployment[],
  from: number,
  id: string,
  part: number,
): RecordedDeployment[] {
  return deployments.map(({ deployment, profile }, position) => {
    if (position < from) return { deployment, profile };
    const more = (profile.cpuSeconds ?? 0) * part;
    const functions = profile.functions.map((row) =>
      row.id === id
        ? { ...row, totalCpuSeconds: row.totalCpuSeconds + more, selfCpuSeconds: row.selfCpuSeconds + more }
        : row,
    );
    return { deployment, profile: { ...profile, cpuSeconds: (profile.cpuSeconds ?? 0) + more, functions } };
  });
}

describe('recorded deployments of unchanged code', () => {
  it('are a hundred or more, really measured, and small enough to be kept', () => {
    const { deployments } = recording;
    const ends = deployments.map(({ profile }) => Date.parse(profile.endedAt));

    expect(deployments.length).toBeGreaterThanOrEqual(100);
    expect(packed.length).toBeLessThanOrEqual(1024 * 1024);
    expect(ends).toEqual(ends.toSorted((a, b) => a - b));
    expect(new Set(deployments.map(({ deployment }) => deployment.version)).size).toBe(deployments.length);
    for (const { profile } of deployments) {
      expect(profile.units).toBeGreaterThan(0);
      expect(profile.functions.some((row) => row.origin === 'first-party')).toBe(true);
    }
  });

  it(`give no finding at any look of ${HISTORIES} histories`, () => {
    const looks = histories().map(lookAt);
    const judged = looks.filter(({ watching }) => watching > 0).length;

    expect(looks.flatMap(({ findings }) => findings)).toEqual([]);
    expect(judged).toBeGreaterThanOrEqual(HISTORIES / 2);
  });

  it('give no finding at any look of all of them as one history', () => {
    const { findings, watching } = lookAt(recording.deployments);

    expect(findings).toEqual([]);
    expect(watching).toBeGreaterThanOrEqual(recording.deployments.length / 2);
  });

  it('hide nothing: a function that gets dearer among them is found in every history that can be judged', () => {
    const subject = 'src/pricing.ts:quoteCart';
    const all = histories().filter((history) => lookAt(history).watching > 0);
    const quiet = ({ profile }: RecordedDeployment): boolean => (profile.restOfHostCores ?? 1) <= 0.2;

    for (const history of all) {
      const counted = history.filter(quiet);
      const { findings } = lookAt(dearer(counted, 8, subject, 0.1));
      expect(findings).toContainEqual(expect.stringContaining(subject));
    }
  });
});
