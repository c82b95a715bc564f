import { spawn } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { hostCpuSeconds, processTreeCpuSeconds } from './index.js';

describe('hostCpuSeconds', () => {
  it('counts all but idle and waiting, and guest time once', () => {
    expect(hostCpuSeconds('cpu  100 20 30 9999 888 4 5 6 70 0\ncpu0 1 1 1 1')).toBeCloseTo(1.65);
  });
});

describe('processTreeCpuSeconds', () => {
  it('counts a child that has ended, as the kernel does', async () => {
    const burn = 'const end = process.cpuUsage().user + 4e5; while (process.cpuUsage().user < end);';
    const shell = spawn('sh', ['-c', `"$0" -e '${burn}'; echo done; read wait`, process.execPath], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => shell.stdout.once('data', resolve));

    const cpu = processTreeCpuSeconds(shell.pid!);
    shell.stdin.end();

    expect(cpu?.ended).toBeGreaterThan(0.35);
    expect(cpu?.self).toBeLessThan(cpu!.ended);
  });

  it('knows nothing of a process that is gone', () => {
    expect(processTreeCpuSeconds(2 ** 30)).toBeUndefined();
  });
});
