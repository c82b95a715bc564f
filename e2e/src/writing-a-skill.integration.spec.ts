import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { isAsShown, stepsOf, type PageCommand } from './followed.page.js';
import { eventually, headroomCommand, TestHost } from './test-host.js';

const steps = stepsOf(await readFile(resolve('../docs/writing-a-skill.md'), 'utf8'));

/** Commands that only look: a reader repeats them until what was asked for has happened. */
const LOOKS = /^headroom (?:opportunities(?!.* --scan)|cases?) ?/;

let dir: string;
let host: TestHost | undefined;

beforeAll(async () => {
  const base = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
  dir = join(base, 'empty');
  await mkdir(dir);
  await mkdir(join(base, 'bin'));
  const command = join(base, 'bin/headroom');
  await writeFile(command, `#!/bin/sh\nexec "${process.execPath}" "${headroomCommand}" "$@"\n`);
  await chmod(command, 0o755);
});

afterAll(async () => {
  await host?.stop();
}, 60_000);

interface Ran {
  readonly code: number;
  /** Both streams, as a terminal shows them. */
  readonly output: string;
}

function run({ command }: PageCommand): Promise<Ran> {
  const path = [join(dir, '../bin'), dirname(process.execPath), process.env['PATH']].join(delimiter);
  const who = ['AUTHOR', 'COMMITTER'].flatMap((role) => [
    [`GIT_${role}_NAME`, 'Edge team'],
    [`GIT_${role}_EMAIL`, 'edge@gate.example'],
  ]);
  const git = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', ...Object.fromEntries(who) } as object;
  const env = { ...process.env, ...git, PATH: path, NODE_OPTIONS: '' };
  return new Promise((done) => {
    const words = ['-c', `exec 2>&1\n${command}`];
    const child = execFile('sh', words, { cwd: dir, env }, (_, output) => done({ code: child.exitCode ?? -1, output }));
  });
}

/** Performs a command; what it ended with and printed the last time. */
async function perform(step: PageCommand): Promise<Ran> {
  if (step.command === 'headroom up') {
    host = await TestHost.start({ dataDir: join(dir, '.headroom'), config: join(dir, 'headroom.config.yaml') });
    const said = host;
    const output = await eventually('what it says', () => (/Ctrl-C.*\n/.test(said.output) ? said.output : undefined));
    return { code: 0, output };
  }
  let last = await run(step);
  if (LOOKS.test(step.command)) {
    const look = async () => isAsShown((last = await run(step)).output, step.shown) || undefined;
    await eventually(step.command, look, 60_000, 1000).catch(() => undefined);
  }
  return last;
}

it('the page is followed in an empty folder: every command prints what it shows, and a case gets its patch from the new skill', async () => {
  const commands: string[] = [];
  for (const step of steps) {
    if (step.kind === 'file') {
      await mkdir(dirname(join(dir, step.path)), { recursive: true });
      await writeFile(join(dir, step.path), step.text);
      continue;
    }
    const { code, output } = await perform(step);
    commands.push(step.command);
    // The output in the message tells why.
    expect({ command: step.command, code, output }).toEqual({ command: step.command, code: 0, output });
    // The whole text in the message tells more than `false`.
    if (!isAsShown(output, step.shown)) expect(output).toBe(step.shown);
  }

  expect(commands.filter((each) => each.startsWith('headroom skills eval'))).toHaveLength(3);
  const [opened] = (await host!.client.overview()).cases;
  const { view } = await host!.client.details(opened!.caseId);
  expect(view).toMatchObject({ skill: 'first-piece', subject: 'src/access.ts:clientOf', verdict: 'no-benchmark' });
  const shown = steps.find((step) => step.kind === 'command' && step.command.endsWith('--patch')) as PageCommand;
  const patch = (await host!.client.getBlob(view.patch!)).toString();
  // An empty line of context is a blank, which no formatter leaves at the end of a line of Markdown.
  expect(patch.replaceAll(/^ $/gm, '')).toBe(shown.shown);
}, 400_000);

it('tells what a page shows from what differs', () => {
  expect(isAsShown('took 12.5 % at 2026-11-02T10:00:00Z\n', 'took  9.0 % at 2026-11-03T11:00:00.123Z')).toBe(true);
  expect(isAsShown('9 fixtures, 1 wrong', '9 fixtures, 0 wrong')).toBe(false);
  expect(isAsShown('first-piece 1.0.1', 'first-piece 1.0.0')).toBe(false);
  expect(isAsShown('a b c', '… c')).toBe(true);
  expect(isAsShown('a b', '')).toBe(false);
});
