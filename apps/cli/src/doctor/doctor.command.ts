import { resolve } from 'node:path';
import { keysDir } from '../data-directory.js';
import { readHostFile } from '../host-file.js';
import { EXIT, print, printJson } from '../output.js';
import type { RunOptions } from '../run/run.settings.js';
import { runChecks, type Check, type CheckedFinding } from './check.js';
import { configurationChecks, gatewayCheck, keysCheck, modelCheck } from './configuration.checks.js';
import { blobsCheck, busCheck, storeCheck } from './deployment.checks.js';
import { mountsCheck } from './mounts.check.js';
import { gitCheck, nodeCheck, sandboxCheck } from './machine.checks.js';
import { pullCheck } from './pull.check.js';
import { sourceChecks } from './source.checks.js';

/** Options of `headroom doctor`; what is not named is not checked. */
export interface DoctorOptions extends RunOptions {
  /** Address of a gateway. @default the one that the host of the data directory announced */
  url?: string;
  modelKey?: string | undefined;
  json?: boolean;
}

const MARKS = { ok: 'ok  ', warning: 'WARN', failed: 'FAIL', skipped: '-   ' } as const;

function lines({ check, status, message, code, fix }: CheckedFinding): string {
  const first = `${MARKS[status]} ${check.padEnd(14)} ${message}${code ? ` [${code}]` : ''}`;
  return fix ? `${first}\n${' '.repeat(20)}${fix}` : first;
}

async function checksOf(options: DoctorOptions): Promise<Check[]> {
  const data = resolve(options.data);
  const { bus, store, blobs } = options;
  const host = options.url ? undefined : await readHostFile(data);
  const config = options.config ?? host?.config;
  return [
    nodeCheck,
    gitCheck,
    ...configurationChecks(config, data),
    ...sourceChecks(config, data),
    pullCheck(config),
    busCheck(bus, config),
    storeCheck(store),
    blobsCheck(blobs, store),
    sandboxCheck,
    keysCheck(options.keys ? resolve(options.keys) : keysDir(data)),
    gatewayCheck({ url: options.url ?? host?.url, token: host?.token ?? options.token }),
    mountsCheck(config),
    modelCheck(options.modelKey),
  ];
}

/** Looks at everything that Headroom depends on. Exit code 1 when something has to be mended. */
export async function doctorCommand(options: DoctorOptions): Promise<number> {
  const findings = await runChecks(await checksOf(options));
  const healthy = findings.every(({ status }) => status !== 'failed');
  if (options.json) printJson({ healthy, findings });
  else for (const finding of findings) print(lines(finding));
  return healthy ? EXIT.ok : EXIT.failed;
}
