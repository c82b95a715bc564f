import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { contextGathered, type DeploymentRef, type Finding } from '@headroom/contracts';
import type { FrameOrigin, Stacks } from '@headroom/profiling';
import { buildRepository, type TestCommit } from '@headroom/testing';
import { openMirror } from '@headroom/workspace';
import { gatherContext, type Dossier } from './gather.js';
import { subjectContent } from './subject.js';

const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((each) => rm(each, { recursive: true, force: true })));
});

type Files = Record<string, string | null>;
/** A path of frames, its time, and the text of the line that the time of its last frame is spent in. */
type Path = readonly [frames: readonly string[], weight: number, line?: string];

interface Change {
  label: string;
  /** Whole files, or a change of the files as they are. */
  files: Files | ((now: Record<string, string>) => Files);
  message?: string;
}

interface Deployment {
  id: string;
  changes?: readonly Change[];
  config?: { key: string; before: string | null; after: string | null }[];
  candidate?: boolean;
  withoutPrevious?: boolean;
  unknownCommit?: boolean;
}

interface Case {
  subject?: string;
  base?: Files;
  deployments: readonly Deployment[];
  changePoint?: string;
  before: readonly Path[];
  after: readonly Path[];
  chain?: string[];
  withoutProfiles?: boolean;
  emptyProfiles?: boolean;
  grownCallees?: string[];
}

const RENDER = `import { Log } from './log.js';
import { roundTo } from './numbers.js';
import { CELLS } from './settings.js';

const log = new Log('render');

export function renderReport(rows) {
  const out = [];
  for (const row of rows) {
    out.push(renderRow(row));
  }
  return out.join('\\n');
}

export function renderRow(row) {
  const width = row.cells.length;
  const cells = row.cells.slice(0, CELLS).map((cell) => formatCell(cell));
  const label = row.label ?? 'none';
  return \`\${label}:\${width}:\${cells.join('|')}\`;
}

export function formatCell(cell) {
  const rounded = roundTo(cell.value, 2);
  const unit = cell.unit ?? '';
  return rounded + unit;
}
`;
const BASE: Files = {
  'src/render.ts': RENDER,
  'src/log.ts': `export class Log {
  constructor(name) {
    this.name = name;
  }
  info(fields, message) {
    this.write({ ...fields, name: this.name, message });
  }
  write(record) {
    process.stdout.write(JSON.stringify(record) + '\\n');
  }
}
`,
  'src/numbers.ts': `const cache = new Map();

export function roundTo(value, digits) {
  const key = value + '/' + digits;
  if (cache.has(key)) return cache.get(key);
  const result = scale(value, digits);
  cache.set(key, result);
  return result;
}

function scale(value, digits) {
  return Number(value.toFixed(digits));
}
`,
  'src/settings.ts': `export const CELLS = 10;
export const pageRows = Number(process.env.PAGE_ROWS ?? 20);
`,
  'src/other.ts': `export function other() {
  return 1;
}
`,
  'README.md': '# Reports\n',
};

const R = 'src/render.ts';
const REPORT = `${R}:renderReport`;
const ROW = `${R}:renderRow`;
const CELL = `${R}:formatCell`;
const ROUND = 'src/numbers.ts:roundTo';
const SCALE = 'src/numbers.ts:scale';
const INFO = 'src/log.ts:Log.info';
const WRITE = 'src/log.ts:Log.write';
const OTHER = 'src/other.ts:other';

const edit =
  (path: string, ...pairs: readonly (readonly [string, string])[]) =>
  (now: Record<string, string>): Files => ({
    [path]: pairs.reduce((text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`"${from}" is not in ${path}`);
      return text.replace(from, () => to);
    }, now[path]!),
  });

function originOf(id: string): FrameOrigin {
  if (/^(?:node_modules|site-packages)\//.test(id)) return 'third-party';
  return id.startsWith('node:') || id.startsWith('(') || id.startsWith('RegExp') ? 'runtime' : 'first-party';
}

function stacksOf(paths: readonly Path[], files: Record<string, string>): Stacks {
  const ids = [...new Set(paths.flatMap(([frames]) => frames))].sort();
  const index = (id: string): number => ids.indexOf(id);
  const lines = paths.flatMap(([frames, weight, text]) => {
    const frame = frames.at(-1)!;
    if (text === undefined) return [];
    const line = (files[frame.split(':')[0]!] ?? '').split('\n').findIndex((each) => each.includes(text)) + 1;
    if (line === 0) throw new Error(`no line "${text}" in ${frame}`);
    return [{ frame: index(frame), line, weight }];
  });
  const none = { unresolvedFrames: 0, unresolvedUs: 0, unlocatedUs: 0, unmappedUs: 0, unmappedFiles: [], problems: [] };
  return {
    format: 'headroom.stacks.v1',
    unit: 'microseconds',
    frames: ids.map((id) => ({
      id,
      origin: originOf(id),
      ...(originOf(id) === 'third-party' ? { package: id.split('/')[1]! } : {}),
      resolved: true,
    })),
    stacks: paths.map(([frames, weight]) => ({ frames: frames.map(index), weight, samples: weight })),
    lines,
    samples: paths.reduce((sum, [, weight]) => sum + weight, 0),
    durationUs: 1e6,
    idleUs: 0,
    summary: { firstPartyUs: 0, thirdPartyUs: 0, runtimeUs: 0, resolvedFrames: ids.length, ...none },
  };
}

const sumOf = (paths: readonly Path[], id?: string): number =>
  paths.reduce((sum, [frames, weight]) => sum + (id === undefined || frames.includes(id) ? weight : 0), 0);

interface Played {
  dossier: Dossier;
  /** Commit id → label of its change. */
  labels: Map<string, string>;
  commits: Map<string, string>;
}

const who = (label: string): { name: string; email: string } => ({
  name: `Author of ${label}`,
  email: `${label}@team.example`,
});

async function play(scenario: Case): Promise<Played> {
  const dir = await mkdtemp(join(tmpdir(), 'headroom-gather-'));
  folders.push(dir);
  const now: Record<string, string> = {};
  const apply = (files: Files): void => {
    for (const [path, text] of Object.entries(files)) {
      if (text === null) delete now[path];
      else now[path] = text;
    }
  };
  const history: TestCommit[] = [{ message: 'Base', author: who('base'), files: { ...BASE, ...scenario.base } }];
  const names = ['base'];
  const heads: { id: string; index: number }[] = [];
  apply({ ...BASE, ...scenario.base });
  const filesBefore = { ...now };
  for (const { id, changes = [] } of scenario.deployments) {
    for (const { label, files, message } of changes) {
      const next = typeof files === 'function' ? files(now) : files;
      apply(next);
      history.push({ message: message ?? `Change ${label}`, author: who(label), files: next });
      names.push(label);
    }
    heads.push({ id, index: history.length - 1 });
  }
  const { bare, commits } = await buildRepository(dir, history);
  const mirror = await openMirror({ location: bare, cacheDir: join(dir, 'cache') });
  const empty = stacksOf([], {});
  const profiles = scenario.emptyProfiles
    ? { before: [{ stacks: empty }], after: [{ stacks: empty }] }
    : {
        before: [{ stacks: stacksOf(scenario.before, filesBefore) }],
        after: [{ stacks: stacksOf(scenario.after, now) }],
      };
  const finding = findingOf(
    scenario,
    heads.map(({ id, index }) => ({ id, commit: commits[index]! })),
    commits[0]!,
  );
  const dossier = await gatherContext({
    finding,
    ...(scenario.withoutProfiles ? {} : { profiles }),
    mirror,
    baseBranch: 'main',
    team: 'reports',
  });
  return {
    dossier,
    labels: new Map(commits.map((commit, index) => [commit, names[index]!])),
    commits: new Map(names.map((name, index) => [name, commits[index]!])),
  };
}

function findingOf(scenario: Case, heads: { id: string; commit: string }[], base: string): Finding {
  const subject = scenario.subject ?? ROW;
  const [before, after] = [sumOf(scenario.before, subject), sumOf(scenario.after, subject)];
  const deployedAt = '2026-02-01T00:00:00Z';
  const before8 = Array.from({ length: 8 }, (_, index) => ({ deployment: `old-${index}`, version: base }));
  const isCode = (id: string): boolean => !scenario.deployments.find((each) => each.id === id)!.config;
  const measured = heads.filter(({ id }) => isCode(id)).map(({ id, commit }) => ({ deployment: id, version: commit }));
  const changePoint = scenario.changePoint ?? measured[0]!.deployment;
  if (!measured.some((each) => each.deployment === changePoint))
    measured.push({ deployment: changePoint, version: base });
  const candidates = scenario.deployments.flatMap(
    ({ id, config, candidate, withoutPrevious, unknownCommit }, index): DeploymentRef[] => {
      if (candidate === false || (id !== changePoint && candidate === undefined && !config)) return [];
      if (config) return [{ deployment: id, kind: 'config' as const, deployedAt, config }];
      const commit = unknownCommit ? 'f'.repeat(40) : heads[index]!.commit;
      const previous = index === 0 ? base : heads[index - 1]!.commit;
      return [
        {
          deployment: id,
          kind: 'code' as const,
          deployedAt,
          commit,
          ...(withoutPrevious ? {} : { previousCommit: previous }),
        },
      ];
    },
  );
  const chain = (scenario.chain ?? [subject]).map((id) => ({
    id,
    origin: 'first-party' as const,
    delta: after - before,
  }));
  return {
    case: { caseId: 'reg-0123456789abcdef0123', attempt: 1, step: 'finding.1', causationId: 'x' },
    kind: 'regression',
    service: 'reports',
    repository: 'team/reports',
    subject,
    regression: {
      environment: 'production',
      hostClass: 'small',
      metric: 'cpu-seconds-per-unit',
      unitOfWork: 'request',
      changePoint: candidates.find((each) => each.deployment === changePoint)!,
      candidates,
      before,
      after,
      delta: after - before,
      deltaOfService: (after - before) / sumOf(scenario.before),
      sd: 1,
      p: 0.0001,
      q: 0.001,
      counts: { before: 8, after: 4, setAside: 0 },
      chain,
      grownCallees: (scenario.grownCallees ?? []).map((id) => ({
        id,
        origin: 'first-party' as const,
        delta: after - before,
      })),
      series: [...before8, ...measured].map((each) => ({ ...each, value: 1, quiet: true })),
      profiles: { before: [], after: [] },
      qualityFlags: [],
    },
  };
}

/** What was named, by label or key, or the reason of the abstention. */
function verdictOf({ dossier, labels }: Played): string {
  const { rootCause } = dossier.context;
  if (rootCause.status === 'not-applicable') return 'not-applicable';
  if (rootCause.status === 'abstained') return rootCause.reason;
  return 'commit' in rootCause.cause ? labels.get(rootCause.cause.commit)! : rootCause.cause.key;
}

// The service as it is: 300 of other work, 40 in a row itself, 60 in its cells.
const NORMAL: readonly Path[] = [
  [[OTHER], 300, 'return 1'],
  [[REPORT], 20, 'out.push(renderRow'],
  [[REPORT, ROW], 40, 'row.cells.slice'],
  [[REPORT, ROW, CELL], 30, 'roundTo(cell.value'],
  [[REPORT, ROW, CELL, ROUND], 20, 'cache.has'],
  [[REPORT, ROW, CELL, ROUND, SCALE], 10, 'toFixed'],
];
const plus = (...paths: readonly Path[]): readonly Path[] => [...NORMAL, ...paths];
const LOGGED = plus(
  [[REPORT, ROW], 8, 'log.info'],
  [[REPORT, ROW, INFO], 10, 'this.write'],
  [[REPORT, ROW, INFO, WRITE], 70, 'JSON.stringify'],
  [[REPORT, ROW, INFO, WRITE, 'node:internal/fs:writeSync'], 30],
);

const addLog: Change = {
  label: 'log-line',
  message: 'Log every row',
  files: edit(R, [
    "  const label = row.label ?? 'none';\n",
    "  const label = row.label ?? 'none';\n  log.info({ row, cells }, 'row rendered');\n",
  ]),
};
const renameWidth: Change = {
  label: 'rename-variable',
  message: 'Use a clearer name in renderRow',
  files: edit(R, ['const width = row', 'const columns = row'], ['${width}', '${columns}']),
};
const otherLabel: Change = {
  label: 'other-label',
  message: 'Name rows without a label',
  files: edit(R, ["'none'", "'unnamed'"]),
};
const cleanOther: Change = {
  label: 'elsewhere',
  files: edit('src/other.ts', ['return 1;', 'const one = 1;\n  return 1 * one;']),
};
const docs: Change = { label: 'docs', files: { 'README.md': '# Reports\n\nrenderRow logs every row.\n' } };
const tests: Change = {
  label: 'tests',
  files: { 'test/render.spec.ts': "import { renderRow } from '../src/render.js';\nrenderRow({ cells: [] });\n" },
};

/** The service after its cells were written another way. */
const recelled = (...paths: readonly Path[]): readonly Path[] => [
  ...NORMAL.map(([frames, weight, line]) => [frames, weight, frames.at(-1) === CELL ? 'roundTo(value' : line] as const),
  ...paths,
];

const SLOW = (frames: readonly string[], weight: number, line?: string): readonly Path[] =>
  plus([frames, weight, line]);

const named: Record<string, [expected: string, scenario: Case]> = {
  'a log line in a callee, shipped with an innocent commit to the same function, docs and tests': [
    'log-line',
    {
      deployments: [{ id: 'd1', changes: [renameWidth, docs, addLog, tests, cleanOther] }],
      before: NORMAL,
      after: LOGGED,
      chain: [REPORT, ROW],
    },
  ],
  'the same, with the innocent commit last, a later commit elsewhere in the function and an unrelated setting nearer in time':
    [
      'log-line',
      {
        deployments: [
          { id: 'd1', changes: [addLog, renameWidth] },
          { id: 'c1', config: [{ key: 'search.maxResults', before: '10', after: '50' }] },
          { id: 'd2', changes: [otherLabel] },
        ],
        changePoint: 'd1',
        before: NORMAL,
        after: LOGGED,
      },
    ],
  'a log line where the deployment next to it can be the change point as well': [
    'log-line',
    {
      deployments: [
        { id: 'd1', changes: [renameWidth], candidate: true },
        { id: 'd2', changes: [addLog, cleanOther] },
        { id: 'd3', changes: [otherLabel], candidate: true },
      ],
      changePoint: 'd2',
      before: NORMAL,
      after: LOGGED,
    },
  ],
  'a log line when the deployment does not say what ran before': [
    'log-line',
    {
      deployments: [{ id: 'd1', changes: [renameWidth, addLog], withoutPrevious: true }],
      before: NORMAL,
      after: LOGGED,
    },
  ],
  'a new loop around an old call': [
    'loop',
    {
      deployments: [
        {
          id: 'd1',
          changes: [
            otherLabel,
            {
              label: 'loop',
              files: edit(R, [
                '  const rounded = roundTo(cell.value, 2);\n',
                '  let rounded;\n  for (let pass = 0; pass < 9; pass++) {\n    rounded = roundTo(cell.value, 2);\n  }\n',
              ]),
            },
          ],
        },
      ],
      subject: CELL,
      before: NORMAL,
      after: plus(
        [[REPORT, ROW, CELL], 30, 'rounded = roundTo('],
        [[REPORT, ROW, CELL, ROUND], 160, 'cache.has'],
        [[REPORT, ROW, CELL, ROUND, SCALE], 10, 'toFixed'],
      ),
    },
  ],
  'a removed cache': [
    'no-cache',
    {
      deployments: [
        {
          id: 'd1',
          changes: [
            {
              label: 'no-cache',
              files: edit(
                'src/numbers.ts',
                ['  if (cache.has(key)) return cache.get(key);\n', ''],
                ['  cache.set(key, result);\n', ''],
              ),
            },
            renameWidth,
            cleanOther,
          ],
        },
      ],
      subject: ROUND,
      before: NORMAL,
      after: plus([[REPORT, ROW, CELL, ROUND, SCALE], 200, 'toFixed']).filter(([, , line]) => line !== 'cache.has'),
    },
  ],
  'a regular expression that moved into a loop': [
    'regexp',
    {
      base: {
        'src/render.ts': RENDER.replace(
          'export function renderRow',
          'const SEPARATORS = new RegExp("[|:;]+", "gu");\n\nexport function renderRow',
        ).replace('formatCell(cell))', 'formatCell(cell).replace(SEPARATORS, ""))'),
      },
      deployments: [
        {
          id: 'd1',
          changes: [
            otherLabel,
            {
              label: 'regexp',
              files: edit(
                R,
                ['const SEPARATORS = new RegExp("[|:;]+", "gu");\n\n', ''],
                [
                  'map((cell) => formatCell(cell).replace(SEPARATORS, ""));',
                  'map((cell) => {\n    const SEPARATORS = new RegExp("[|:;]+", "gu");\n    return formatCell(cell).replace(SEPARATORS, "");\n  });',
                ],
              ),
            },
          ],
        },
      ],
      before: NORMAL,
      after: [
        ...NORMAL.filter(([, , line]) => line !== 'row.cells.slice'),
        [[REPORT, ROW], 40, 'row.cells.slice'],
        [[REPORT, ROW], 120, 'new RegExp'],
      ],
    },
  ],
  'a raised constant in another file': [
    'constant',
    {
      deployments: [
        {
          id: 'd1',
          changes: [renameWidth, { label: 'constant', files: edit('src/settings.ts', ['CELLS = 10', 'CELLS = 100']) }],
        },
      ],
      before: NORMAL,
      after: plus(
        [[REPORT, ROW, CELL], 270, 'roundTo(cell.value'],
        [[REPORT, ROW, CELL, ROUND], 180, 'cache.has'],
        [[REPORT, ROW, CELL, ROUND, SCALE], 90, 'toFixed'],
      ),
    },
  ],
  'a helper two levels below': [
    'helper',
    {
      deployments: [
        {
          id: 'd1',
          changes: [
            renameWidth,
            {
              label: 'helper',
              files: edit('src/numbers.ts', [
                '  return Number(value.toFixed(digits));',
                '  return Number(JSON.parse(JSON.stringify(value)).toFixed(digits));',
              ]),
            },
          ],
        },
      ],
      before: NORMAL,
      after: SLOW([REPORT, ROW, CELL, ROUND, SCALE], 150, 'JSON.parse'),
      chain: [REPORT, ROW],
    },
  ],
  'a change in a file that was renamed on the way': [
    'change',
    {
      base: { 'src/paint.ts': RENDER, 'src/render.ts': null },
      deployments: [
        {
          id: 'd1',
          changes: [
            { label: 'rename', files: (now) => ({ 'src/paint.ts': null, [R]: now['src/paint.ts']! }) },
            { label: 'change', files: addLog.files },
          ],
        },
      ],
      before: NORMAL.map(
        ([frames, weight, line]) => [frames.map((id) => id.replace(R, 'src/paint.ts')), weight, line] as const,
      ),
      after: LOGGED,
    },
  ],
  'a change that a later commit of the deployment moves to another file': [
    'log-line',
    {
      deployments: [
        {
          id: 'd1',
          changes: [addLog, { label: 'rename', files: (now) => ({ [R]: null, 'src/paint.ts': now[R]! }) }],
        },
      ],
      subject: 'src/paint.ts:renderRow',
      before: NORMAL,
      after: LOGGED.map(
        ([frames, weight, line]) => [frames.map((id) => id.replace(R, 'src/paint.ts')), weight, line] as const,
      ),
    },
  ],
  'a revert of an optimisation': [
    'revert',
    {
      base: { 'src/numbers.ts': BASE['src/numbers.ts']! },
      deployments: [
        {
          id: 'd1',
          changes: [
            renameWidth,
            {
              label: 'revert',
              message: 'Revert "Cache rounded values"',
              files: {
                'src/numbers.ts':
                  'export function roundTo(value, digits) {\n  return scale(value, digits);\n}\n\nfunction scale(value, digits) {\n  return Number(value.toFixed(digits));\n}\n',
              },
            },
          ],
        },
      ],
      subject: ROUND,
      before: NORMAL,
      after: [
        ...NORMAL.filter(([, , line]) => line !== 'cache.has'),
        [[REPORT, ROW, CELL, ROUND], 5, 'return scale'],
        [[REPORT, ROW, CELL, ROUND, SCALE], 200, 'toFixed'],
      ],
    },
  ],
  'a new version of the dependency that grew': [
    'bump',
    {
      base: {
        'package.json': '{\n  "dependencies": {\n    "markup": "1.0.0"\n  }\n}\n',
        [R]: RENDER.replace('return rounded + unit', 'return markup(rounded + unit)').replace(
          'import { Log }',
          "import { markup } from 'markup';\nimport { Log }",
        ),
      },
      deployments: [
        { id: 'd1', changes: [renameWidth, { label: 'bump', files: edit('package.json', ['1.0.0', '2.0.0']) }] },
      ],
      before: plus([[REPORT, ROW, CELL, 'node_modules/markup/index.js:markup'], 20]),
      after: plus([[REPORT, ROW, CELL, 'node_modules/markup/index.js:markup'], 220]),
    },
  ],
  'a setting that the function reads, against an innocent commit at the change point': [
    'PAGE_ROWS',
    {
      base: {
        [R]: RENDER.replace('of rows)', 'of rows.slice(0, pageRows))').replace('{ CELLS }', '{ CELLS, pageRows }'),
      },
      deployments: [
        { id: 'd1', changes: [otherLabel] },
        {
          id: 'c1',
          config: [
            { key: 'PAGE_ROWS', before: '20', after: '200' },
            { key: 'SEARCH_DEPTH', before: '1', after: '9' },
          ],
        },
      ],
      subject: REPORT,
      before: NORMAL,
      after: NORMAL.map(
        ([frames, weight, line]) => [frames, frames[0] === REPORT ? weight * 10 : weight, line] as const,
      ),
    },
  ],
  'an argument that makes an old call dearer': [
    'argument',
    {
      deployments: [
        {
          id: 'd1',
          changes: [
            otherLabel,
            { label: 'argument', files: edit(R, ['roundTo(cell.value, 2)', 'roundTo(cell.value + Math.random(), 2)']) },
          ],
        },
      ],
      subject: ROUND,
      chain: [ROW, CELL, ROUND],
      before: NORMAL,
      after: plus([[REPORT, ROW, CELL, ROUND, SCALE], 400, 'toFixed']),
    },
  ],
};

const MARKUP = 'node_modules/markup/index.js:markup';
const WITH_MARKUP = RENDER.replace('return rounded + unit', 'return markup(rounded + unit)');
const markup = (before: number, after: number): Pick<Case, 'before' | 'after'> => ({
  before: plus([[REPORT, ROW, CELL, MARKUP], before]),
  after: plus([[REPORT, ROW, CELL, MARKUP], after]),
});
const renameId = (paths: readonly Path[], from: string, to: string): readonly Path[] =>
  paths.map(([frames, weight, line]) => [frames.map((id) => (id === from ? to : id)), weight, line] as const);
const moveCell: Change = {
  label: 'move',
  message: 'Move cells to a file of their own',
  files: (now) => {
    const text = now[R]!;
    const at = text.indexOf('export function formatCell');
    return {
      'src/cells.ts': `import { roundTo } from './numbers.js';\n\n${text.slice(at)}`,
      [R]: `import { formatCell } from './cells.js';\n${text.slice(0, at)}`,
    };
  },
};
const renameCell: Change = {
  label: 'rename',
  files: (now) => ({ [R]: now[R]!.replaceAll('formatCell', 'paintCell') }),
};

Object.assign(named, {
  'a log line that a later commit rewords, in a deployment that can be the change point': [
    'log-line',
    {
      deployments: [
        { id: 'd1', changes: [renameWidth, addLog] },
        {
          id: 'd2',
          changes: [{ label: 'reword', files: edit(R, ["'row rendered'", "'rendered a row'"]) }],
          candidate: true,
        },
      ],
      changePoint: 'd1',
      before: NORMAL,
      after: LOGGED,
    },
  ],
  'a log line whose layout the next commit changes': [
    'log-line',
    {
      deployments: [
        {
          id: 'd1',
          changes: [
            addLog,
            {
              label: 'layout',
              files: edit(R, [
                "  log.info({ row, cells }, 'row rendered');",
                "  log.info(\n    { row, cells },\n    'row rendered',\n  );",
              ]),
            },
          ],
        },
      ],
      before: NORMAL,
      after: LOGGED.map(
        ([frames, weight, line]) => [frames, weight, line === 'log.info' ? 'log.info(' : line] as const,
      ),
    },
  ],
  'a costly line that a later commit of the deployment edits': [
    'clone',
    {
      deployments: [
        {
          id: 'd1',
          changes: [
            {
              label: 'clone',
              files: edit(R, [
                '  const label = row',
                '  const copy = JSON.parse(JSON.stringify(row));\n  const label = row',
              ]),
            },
            { label: 'rename-copy', files: edit(R, ['const copy =', 'const snapshot =']) },
          ],
        },
      ],
      before: NORMAL,
      after: SLOW([REPORT, ROW], 150, 'JSON.parse'),
    },
  ],
  'a log line beside a function that got another name': [
    'log-line',
    {
      deployments: [{ id: 'd1', changes: [renameCell, addLog] }],
      before: NORMAL,
      after: renameId(LOGGED, CELL, `${R}:paintCell`),
    },
  ],
  'a log line beside a function that moved to another file': [
    'log-line',
    {
      deployments: [{ id: 'd1', changes: [addLog, moveCell] }],
      before: NORMAL,
      after: renameId(LOGGED, CELL, 'src/cells.ts:formatCell'),
    },
  ],
  'a number that sets how often a loop runs': [
    'passes',
    {
      base: {
        [R]: RENDER.replace(
          '  const rounded = roundTo(cell.value, 2);',
          '  const passes = cell.passes ?? 2;\n  let rounded;\n  for (let pass = 0; pass < passes; pass++) {\n    rounded = roundTo(cell.value, 2);\n  }',
        ),
      },
      deployments: [
        {
          id: 'd1',
          changes: [renameWidth, { label: 'passes', files: edit(R, ['cell.passes ?? 2', 'cell.passes ?? 20']) }],
        },
      ],
      subject: CELL,
      before: [
        ...NORMAL.slice(0, 3),
        [[REPORT, ROW, CELL], 30, 'rounded = roundTo('],
        [[REPORT, ROW, CELL, ROUND], 20, 'cache.has'],
      ],
      after: [
        ...NORMAL.slice(0, 3),
        [[REPORT, ROW, CELL], 80, 'rounded = roundTo('],
        [[REPORT, ROW, CELL, ROUND], 200, 'cache.has'],
      ],
    },
  ],
  'a caller that runs an unchanged function in a loop': [
    'again',
    {
      deployments: [
        {
          id: 'd1',
          changes: [
            renameWidth,
            {
              label: 'again',
              files: edit(R, [
                '    out.push(renderRow(row));',
                '    for (const part of row.parts) {\n      out.push(renderRow(part));\n    }',
              ]),
            },
          ],
        },
      ],
      before: NORMAL.map(([frames, weight, line]) => [frames, weight, line] as const),
      after: NORMAL.map(
        ([frames, weight, line]) => [frames, frames.includes(ROW) ? weight * 4 : weight, line] as const,
      ),
      chain: [REPORT, ROW],
    },
  ],
  'a sort in a method of a class': [
    'sort',
    {
      base: {
        'src/table.ts':
          'export class Table {\n  #rows = [];\n  view(filter) {\n    const rows = this.#rows.filter(filter);\n    return rows.slice(0, 10);\n  }\n}\n',
      },
      deployments: [
        {
          id: 'd1',
          changes: [
            {
              label: 'comment',
              files: edit('src/table.ts', ['  view(filter) {', '  /** Rows to show. */\n  view(filter) {']),
            },
            {
              label: 'sort',
              files: edit('src/table.ts', [
                'filter(filter);',
                'filter(filter).sort((a, b) => a.name.localeCompare(b.name));',
              ]),
            },
            { label: 'innocent', files: edit('src/table.ts', ['slice(0, 10)', 'slice(0, 11)']) },
          ],
        },
      ],
      subject: 'src/table.ts:Table.view',
      before: [
        [[OTHER], 300, 'return 1'],
        [['src/table.ts:Table.view'], 50, 'filter(filter)'],
      ],
      after: [
        [[OTHER], 300, 'return 1'],
        [['src/table.ts:Table.view'], 250, 'filter(filter)'],
      ],
    },
  ],
  'a setting that is the change point by itself': [
    'PAGE_ROWS',
    {
      base: {
        [R]: RENDER.replace('of rows)', 'of rows.slice(0, pageRows))').replace('{ CELLS }', '{ CELLS, pageRows }'),
      },
      deployments: [{ id: 'c1', config: [{ key: 'PAGE_ROWS', before: '20', after: '200' }] }],
      changePoint: 'c1',
      subject: REPORT,
      before: NORMAL,
      after: NORMAL.map(
        ([frames, weight, line]) => [frames, frames[0] === REPORT ? weight * 10 : weight, line] as const,
      ),
    },
  ],
  'a loop that was put around a call on its line, against an edit of what the line works on': [
    'each',
    {
      deployments: [
        {
          id: 'd1',
          changes: [
            {
              label: 'input',
              files: edit(R, [
                'const rounded = roundTo(cell.value, 2);',
                'const value = cell.value;\n  let rounded = roundTo(value, 2);',
              ]),
            },
            {
              label: 'each',
              files: edit(R, [
                '  let rounded = roundTo(value, 2);',
                '  let rounded;\n  for (const digits of [0, 1, 2, 3]) rounded = roundTo(value, digits);',
              ]),
            },
          ],
        },
      ],
      subject: ROUND,
      before: NORMAL,
      after: recelled(
        [[REPORT, ROW, CELL, ROUND], 60, 'cache.has'],
        [[REPORT, ROW, CELL, ROUND, SCALE], 30, 'toFixed'],
      ),
    },
  ],
  'a condition that became costly, with samples wandering between the other lines': [
    'condition',
    {
      deployments: [
        {
          id: 'd1',
          changes: [
            otherLabel,
            {
              label: 'condition',
              files: edit(R, ["cell.unit ?? ''", "(/^[^a-z]+$/u.test(cell.unit) ? undefined : cell.unit) ?? ''"]),
            },
          ],
        },
      ],
      subject: CELL,
      before: plus([[REPORT, ROW, CELL], 30, 'const unit'], [[REPORT, ROW, CELL], 40, 'return rounded']),
      after: plus(
        [[REPORT, ROW, CELL], 130, 'const unit'],
        [[REPORT, ROW, CELL], 20, 'return rounded'],
        [[REPORT, ROW, CELL], 25, 'roundTo(cell.value'],
      ),
    },
  ],
  'a log line, from the figures of the finding alone': [
    'log-line',
    {
      deployments: [{ id: 'd1', changes: [renameWidth, addLog] }],
      before: NORMAL,
      after: LOGGED,
      withoutProfiles: true,
      grownCallees: [INFO],
    },
  ],
  'a log line, where the profiles hold nothing': [
    'log-line',
    {
      deployments: [{ id: 'd1', changes: [renameWidth, addLog] }],
      before: NORMAL,
      after: LOGGED,
      emptyProfiles: true,
      grownCallees: [INFO],
    },
  ],
} satisfies typeof named);

const abstained: Record<string, [expected: string, scenario: Case]> = {
  'no commit touches the chain or its callees': [
    'low-score',
    {
      deployments: [{ id: 'd1', changes: [cleanOther, docs, tests] }],
      before: NORMAL,
      after: SLOW([REPORT, ROW, CELL], 150, 'roundTo(cell.value'),
    },
  ],
  'only blanks, comments and quotes changed in the function': [
    'low-score',
    {
      deployments: [
        {
          id: 'd1',
          changes: [
            { label: 'indent', files: (now) => ({ [R]: now[R]!.replaceAll('\n  ', '\n    ') }) },
            { label: 'comment', files: edit(R, ['slice(0, CELLS)', 'slice(0, CELLS /* all that fit */)']) },
            { label: 'quotes', files: edit(R, ["?? 'none'", '?? "none"']) },
          ],
        },
      ],
      before: NORMAL,
      after: SLOW([REPORT, ROW], 150, 'slice(0, CELLS'),
    },
  ],
  'the only commit to the function changed other lines than those that grew': [
    'low-score',
    {
      deployments: [{ id: 'd1', changes: [otherLabel] }],
      before: NORMAL,
      after: SLOW([REPORT, ROW], 150, 'row.cells.slice'),
    },
  ],
  'two commits each add half': [
    'no-dominant-change',
    {
      deployments: [
        {
          id: 'd1',
          changes: [
            addLog,
            {
              label: 'second',
              files: edit('src/numbers.ts', [
                '  return Number(value.toFixed(digits));',
                '  return Number(JSON.parse(JSON.stringify(value)).toFixed(digits));',
              ]),
            },
          ],
        },
      ],
      before: NORMAL,
      after: [...LOGGED, [[REPORT, ROW, CELL, ROUND, SCALE], 118, 'JSON.parse']],
    },
  ],
  'four commits each add a part': [
    'no-dominant-change',
    {
      deployments: [
        {
          id: 'd1',
          changes: ['a', 'b', 'c', 'd'].map((name) => ({
            label: name,
            files: edit(R, ['  const label = row', `  work('${name}', JSON.stringify(row));\n  const label = row`]),
          })),
        },
      ],
      before: NORMAL,
      after: plus(...['a', 'b', 'c', 'd'].map((name) => [[REPORT, ROW], 50, `work('${name}'`] as const)),
    },
  ],
  'a dependency grew without a change of code': [
    'low-score',
    {
      base: { [R]: RENDER.replace('return rounded + unit', 'return markup(rounded + unit)') },
      deployments: [
        {
          id: 'd1',
          changes: [renameWidth, { label: 'unit', files: edit(R, ["cell.unit ?? ''", "cell.unit ?? '-'"]) }],
        },
      ],
      before: plus([[REPORT, ROW, CELL, 'node_modules/markup/index.js:markup'], 100]),
      after: plus([[REPORT, ROW, CELL, 'node_modules/markup/index.js:markup'], 200]),
    },
  ],
  'the cause shipped before the deployments that can be the change point': [
    'low-score',
    {
      deployments: [
        { id: 'd1', changes: [addLog], candidate: false },
        { id: 'd2', changes: [renameWidth] },
      ],
      changePoint: 'd2',
      before: NORMAL,
      after: LOGGED,
    },
  ],
  'a setting is nearest in time but nothing ties it to the code': [
    'low-score',
    {
      deployments: [
        { id: 'd1', changes: [cleanOther] },
        { id: 'c1', config: [{ key: 'search.maxResults', before: '10', after: '50' }] },
      ],
      before: NORMAL,
      after: SLOW([REPORT, ROW], 150, 'row.cells.slice'),
    },
  ],
  'the deployment brought nothing': [
    'no-candidates',
    { deployments: [{ id: 'd1' }], before: NORMAL, after: SLOW([REPORT, ROW], 150, 'row.cells.slice') },
  ],
  'the profiles do not show the growth': [
    'low-score',
    { deployments: [{ id: 'd1', changes: [addLog] }], before: NORMAL, after: [...NORMAL] },
  ],
};

Object.assign(abstained, {
  'a dependency grew much while what goes into it was edited': [
    'low-score',
    {
      base: { [R]: WITH_MARKUP },
      deployments: [
        { id: 'd1', changes: [{ label: 'unit', files: edit(R, ["cell.unit ?? ''", "cell.unit ?? '-'"]) }] },
      ],
      ...markup(50, 400),
    },
  ],
  'a dependency grew while a condition above its call went': [
    'low-score',
    {
      base: { [R]: WITH_MARKUP.replace('  const rounded', "  if (!cell) return '';\n  const rounded") },
      deployments: [{ id: 'd1', changes: [{ label: 'guard', files: edit(R, ["  if (!cell) return '';\n", '']) }] }],
      ...markup(60, 400),
    },
  ],
  'a dependency grew while its caller got another name': [
    'low-score',
    {
      base: { [R]: WITH_MARKUP },
      deployments: [{ id: 'd1', changes: [renameCell] }],
      before: markup(100, 400).before,
      after: renameId(markup(100, 400).after, CELL, `${R}:paintCell`),
    },
  ],
  'a dependency grew while its caller moved to another file': [
    'low-score',
    {
      base: { [R]: WITH_MARKUP },
      deployments: [{ id: 'd1', changes: [moveCell] }],
      before: markup(100, 400).before,
      after: renameId(markup(100, 400).after, CELL, 'src/cells.ts:formatCell'),
    },
  ],
  'the line of the call was edited beside the call': [
    'low-score',
    {
      base: { [R]: WITH_MARKUP },
      deployments: [
        {
          id: 'd1',
          changes: [
            {
              label: 'beside',
              files: edit(R, ['return markup(rounded + unit)', 'return markup(rounded + unit) || unit']),
            },
          ],
        },
      ],
      ...markup(100, 400),
    },
  ],
  'a harmless edit of the dearest line': [
    'low-score',
    {
      deployments: [
        {
          id: 'd1',
          changes: [
            { label: 'edit', files: edit(R, ['row.cells.slice(0, CELLS)', 'row.cells.slice(0, CELLS).concat()']) },
          ],
        },
      ],
      before: plus([[REPORT, ROW], 200, 'row.cells.slice']),
      after: plus([[REPORT, ROW], 200, 'row.cells.slice'], [[REPORT, ROW], 120, 'const label']),
    },
  ],
  'more data, while a function far above reads a setting that changed': [
    'low-score',
    {
      base: {
        [R]: RENDER.replace('  const out = [];', '  const out = [];\n  log.level = pageRows;').replace(
          '{ CELLS }',
          '{ CELLS, pageRows }',
        ),
      },
      deployments: [
        { id: 'd1', changes: [{ label: 'data', files: { 'data/rows.json': '[1, 2, 3]\n' } }, otherLabel] },
        { id: 'c1', config: [{ key: 'PAGE_ROWS', before: '20', after: '21' }] },
      ],
      subject: REPORT,
      before: NORMAL,
      after: NORMAL.map(
        ([frames, weight, line]) => [frames, frames.includes(ROW) ? weight * 3 : weight, line] as const,
      ),
    },
  ],
  'the repository does not have the deployed commits': [
    'no-change-source',
    { deployments: [{ id: 'd1', changes: [addLog], unknownCommit: true }], before: NORMAL, after: LOGGED },
  ],
} satisfies typeof abstained);

const TILL_PY = `"""Rows of a report."""
import logging

from app.numbers import round_to
from app.settings import CELLS

log = logging.getLogger(__name__)


class Report:
    """It's a report."""

    def render(self, rows):
        out = []
        for row in rows:
            out.append(self.row(row))
        return "\\n".join(out)

    def row(self, row):
        """A row // with its label."""
        width = len(row.cells) // 2
        cells = [cell_text(cell) for cell in row.cells[:CELLS]]
        label = row.label or 'none'
        return f"{label}:{width}:{'|'.join(cells)}"


def cell_text(cell):
    # It's rounded.
    rounded = round_to(cell.value, 2)
    return str(rounded) + (cell.unit or '')
`;
const T = 'app/till.py';
const [P_RENDER, P_ROW, P_CELL] = [`${T}:Report.render`, `${T}:Report.row`, `${T}:cell_text`];
const P_ROUND = 'app/numbers.py:round_to';
const PYTHON_BASE: Files = {
  [T]: TILL_PY,
  'app/__init__.py': '',
  'app/settings.py': 'CELLS = 10\nPAGE_ROWS = 20\n',
  'app/numbers.py': `_cache = {}

def round_to(value, digits):
    key = (value, digits)
    if key in _cache:
        return _cache[key]
    result = _cache[key] = round(value, digits)
    return result
`,
};
const PYTHON: readonly Path[] = [
  [[OTHER], 300, 'return 1'],
  [[P_RENDER], 20, 'out.append'],
  [[P_RENDER, P_ROW], 40, 'cell_text(cell) for'],
  [[P_RENDER, P_ROW, P_CELL], 30, 'round_to(cell.value'],
  [[P_RENDER, P_ROW, P_CELL, P_ROUND], 30, 'round(value'],
];
const pyRename: Change = {
  label: 'rename-variable',
  files: edit(T, ['width = len', 'columns = len'], ['{width}', '{columns}']),
};
const pyLayout: Change = {
  label: 'layout',
  message: 'Reformat, and say more',
  files: edit(
    T,
    ["row.label or 'none'", 'row.label or "none"'],
    ["# It's rounded.", '# It is rounded: // to two digits.'],
    ['A row // with its label.', "A row with its label; it's a text."],
    ['round_to(cell.value, 2)', 'round_to(\n        cell.value,\n        2,\n    )'],
  ),
};

const namedInPython: Record<string, [expected: string, scenario: Case]> = {
  'a log line among changes of layout, comments, names and documents': [
    'log-line',
    {
      base: PYTHON_BASE,
      deployments: [
        {
          id: 'd1',
          changes: [
            pyRename,
            pyLayout,
            docs,
            {
              label: 'log-line',
              files: edit(T, [
                '        return f"{label}',
                '        log.info("row %s", cells)\n        return f"{label}',
              ]),
            },
            cleanOther,
          ],
        },
      ],
      subject: P_ROW,
      chain: [P_RENDER, P_ROW],
      before: PYTHON,
      after: [
        ...PYTHON.filter(([, , line]) => line !== 'round_to(cell.value'),
        [[P_RENDER, P_ROW, P_CELL], 30, 'round_to('],
        [[P_RENDER, P_ROW], 5, 'log.info'],
        [[P_RENDER, P_ROW, 'logging:Logger.info'], 150],
      ],
    },
  ],
  'a cache that was taken away': [
    'no-cache',
    {
      base: PYTHON_BASE,
      deployments: [
        {
          id: 'd1',
          changes: [
            pyLayout,
            {
              label: 'no-cache',
              files: edit('app/numbers.py', ['    if key in _cache:\n        return _cache[key]\n', '']),
            },
            pyRename,
          ],
        },
      ],
      subject: P_ROUND,
      before: PYTHON,
      after: [...PYTHON.slice(0, 3), [[P_RENDER, P_ROW, P_CELL, P_ROUND], 260, 'round(value']],
    },
  ],
  'a new version of a package, whose requirements say it': [
    'bump',
    {
      base: { ...PYTHON_BASE, 'requirements.txt': 'Other-Thing==2.0\nmarkup[fast]==1.0.0\n' },
      deployments: [
        { id: 'd1', changes: [pyRename, { label: 'bump', files: edit('requirements.txt', ['1.0.0', '2.0.0']) }] },
      ],
      subject: P_CELL,
      before: [...PYTHON, [[P_RENDER, P_ROW, P_CELL, 'site-packages/markup/__init__.py:markup'], 20]],
      after: [...PYTHON, [[P_RENDER, P_ROW, P_CELL, 'site-packages/markup/__init__.py:markup'], 220]],
    },
  ],
  'a raised constant that the module imports': [
    'constant',
    {
      base: PYTHON_BASE,
      deployments: [
        {
          id: 'd1',
          changes: [pyRename, { label: 'constant', files: edit('app/settings.py', ['CELLS = 10', 'CELLS = 100']) }],
        },
      ],
      subject: P_ROW,
      before: PYTHON,
      after: PYTHON.map(
        ([frames, weight, line]) => [frames, frames.includes(P_CELL) ? weight * 9 : weight, line] as const,
      ),
    },
  ],
};

describe('the root cause', () => {
  it.each(Object.entries(namedInPython))('is named in a Python service: %s', async (_, [expected, scenario]) => {
    const played = await play(scenario);

    expect(verdictOf(played)).toBe(expected);
  });

  it.each(Object.entries(named))('is named: %s', async (_, [expected, scenario]) => {
    const played = await play(scenario);
    expect([verdictOf(played), played.dossier.context.rootCause]).toEqual([expected, expect.anything()]);
    expect(contextGathered.schema.safeParse(eventOf(played.dossier)).error).toBeUndefined();
  });

  it.each(Object.entries(abstained))('is not named: %s', async (_, [expected, scenario]) => {
    const played = await play(scenario);
    expect([verdictOf(played), played.dossier.context.rootCause]).toEqual([expected, expect.anything()]);
    expect(played.dossier.suspectDiff).toBeUndefined();
    expect(contextGathered.schema.safeParse(eventOf(played.dossier)).error).toBeUndefined();
  });
});

function eventOf({ context, document }: Dossier): unknown {
  const { case: header, kind, service, repository, subject } = document.finding;
  const blob = { sha256: 'a'.repeat(64), size: 1, mediaType: 'text/plain' };
  return {
    case: header,
    kind,
    service,
    repository,
    subject,
    ...context,
    ...(context.function ? { function: { ...context.function, source: blob } } : {}),
  };
}

describe('the dossier of a regression', () => {
  const [, shipped] =
    named['a log line in a callee, shipped with an innocent commit to the same function, docs and tests']!;

  it('holds the suspect diff, the function as it stands on the base, its owners and the author as reviewer', async () => {
    const { dossier, commits } = await play({
      ...shipped,
      base: { '.github/CODEOWNERS': '* @reports/all\n/src/ @reports/render rendering@team.example\n' },
    });
    expect(dossier.suspectDiff).toContain("+  log.info({ row, cells }, 'row rendered');");
    expect(dossier.suspectDiff).not.toContain('-  const width');
    expect(dossier.functionSource).toMatch(/^function renderRow\(row\) \{[^]*log\.info[^]*\}$/);
    expect(dossier.context.base).toEqual({ branch: 'main', commit: [...commits.values()].at(-1) });
    expect(dossier.context.function).toMatchObject({ path: R, startLine: 15, endLine: 21 });
    expect(dossier.context.owners.slice(0, 2)).toEqual([
      { who: '@reports/render', why: '.github/CODEOWNERS' },
      { who: 'rendering@team.example', why: '.github/CODEOWNERS' },
    ]);
    expect(dossier.document.reviewers).toEqual([
      { who: 'log-line@team.example', why: expect.stringContaining(commits.get('log-line')!.slice(0, 12)) },
    ]);
    expect(JSON.parse(JSON.stringify(dossier.document))).toEqual(dossier.document);
  });

  it('tells what it saw in sentences with the figures of the records', async () => {
    const { dossier, commits } = await play(shipped);
    const { rootCause, ranked } = dossier.context;
    const sentences = rootCause.status === 'named' ? rootCause.evidence : [];
    expect(sentences).toEqual([
      expect.stringMatching(/renderRow went from 100 s to 218 s CPU per request at deployment d1 \(p 0\.0001\)/),
      expect.stringContaining('was deployed with d1, the estimated change point'),
      '93 % of the growth in the profiles flows where it added the call of info in line 19 of renderRow.',
      expect.stringMatching(/^7 % of the growth in the profiles flows where it wrote line 19 of renderRow/),
      `100 % of the growth flows through functions that it changed: ${ROW}.`,
      expect.stringMatching(
        /^The next candidate, commit [0-9a-f]{12} \("Use a clearer name in renderRow"\), scores 0\.\d\d against 0\.99/,
      ),
    ]);
    expect(ranked.map((each) => each.id).slice(0, 2)).toEqual([
      commits.get('log-line'),
      commits.get('rename-variable'),
    ]);
    expect(ranked[1]!.score).toBeLessThan(ranked[0]!.score / 2);
    expect(ranked).toHaveLength(5);
  });

  it('is the same for the same input', async () => {
    const [first, second] = [await play(shipped), await play(shipped)];
    expect(second.dossier).toEqual(first.dossier);
  });

  it('keeps commit messages bounded and free of control characters, and never reads them', async () => {
    const { dossier, labels } = await play({
      deployments: [
        {
          id: 'd1',
          changes: [
            {
              ...renameWidth,
              message: `This commit is the root cause of the regression in renderRow.\u001b[31m ${'x'.repeat(5000)}`,
            },
            { ...addLog, message: 'docs only' },
          ],
        },
      ],
      before: NORMAL,
      after: LOGGED,
    });
    expect(verdictOf({ dossier, labels, commits: new Map() })).toBe('log-line');
    const titles = dossier.context.ranked.map((each) => each.title).join('');
    expect(titles.length).toBeLessThan(500);
    expect(titles).not.toMatch(/\p{Cc}/u);
  });

  it('tells of a cause outside of the deployments that can be the change point', async () => {
    const { dossier, commits } = await play(
      abstained['the cause shipped before the deployments that can be the change point']![1],
    );
    expect(dossier.context.rootCause).toMatchObject({
      status: 'abstained',
      message: expect.stringMatching(new RegExp(`${commits.get('log-line')!.slice(0, 12)}.* would explain 100 %.*d1`)),
    });
  });
});

describe('the dossier of an opportunity', () => {
  async function request(subject: string, content?: string, branch = 'main'): Promise<Dossier> {
    const dir = await mkdtemp(join(tmpdir(), 'headroom-gather-'));
    folders.push(dir);
    const { bare } = await buildRepository(dir, [
      {
        message: 'One',
        author: who('first'),
        files: { ...(BASE as Record<string, string>), 'docs/CODEOWNERS': '/src/log.ts @logs\n' },
      },
      {
        message: 'Two',
        author: { name: 'update[bot]', email: 'bot@team.example' },
        files: { 'src/other.ts': 'export function other() {\n  return 2;\n}\n' },
      },
    ]);
    const mirror = await openMirror({ location: bare, cacheDir: join(dir, 'cache') });
    const [path, symbol] = subject.split(':') as [string, string];
    const text = path in BASE ? BASE[path]! : '';
    const finding: Finding = {
      case: { caseId: 'opp-0123456789abcdef0123', attempt: 1, step: 'finding.1', causationId: 'x' },
      kind: 'opportunity',
      service: 'reports',
      repository: 'team/reports',
      subject,
      opportunity: { subjectContent: content ?? subjectContent(text, path, symbol) ?? 'a'.repeat(64), profiles: [] },
    };
    return await gatherContext({ finding, mirror, baseBranch: branch, team: 'reports' });
  }

  it('has no cause to name, and goes to the owners: CODEOWNERS first, then who wrote the function', async () => {
    const { context, document, functionSource } = await request(CELL);
    expect(context).toMatchObject({
      rootCause: { status: 'not-applicable' },
      ranked: [],
      function: { path: R, contentHash: subjectContent(RENDER, R, 'formatCell') },
      owners: [{ who: 'first@team.example', why: expect.stringContaining("wrote 5 of the function's 5 lines") }],
    });
    expect(context.stopped).toBeUndefined();
    expect(functionSource).toContain('function formatCell');
    expect(document.reviewers).toEqual(context.owners);
    expect((await request(WRITE)).context.owners.map((owner) => owner.who)).toEqual(['@logs', 'first@team.example']);
  });

  it('goes to the team of the service where only a bot wrote the function', async () => {
    const { context } = await request(
      OTHER,
      subjectContent('export function other() {\n  return 2;\n}\n', 'src/other.ts', 'other'),
    );
    expect(context.owners).toEqual([{ who: 'first@team.example', why: expect.any(String) }]);
  });

  it('stops with the closest names where the function is not on the base', async () => {
    expect((await request(`${R}:formatCel`)).context.stopped).toEqual({
      reason: 'subject-not-found',
      message: expect.stringContaining('formatCell'),
    });
    for (const subject of ['src/nowhere.ts:x', 'README.md:x']) {
      expect((await request(subject)).context.stopped).toMatchObject({ reason: 'subject-not-found' });
    }
  });

  it('stops where the function is not what was asked for any more', async () => {
    const { context } = await request(CELL, 'b'.repeat(64));
    expect(context.stopped).toEqual({ reason: 'subject-changed', message: expect.stringContaining(CELL) });
  });

  it('stops where the base branch does not exist', async () => {
    const { context } = await request(CELL, undefined, 'trunk');
    expect(context).toMatchObject({
      stopped: { reason: 'base-branch-missing', message: expect.stringContaining('trunk') },
    });
    expect(context.base).toBeUndefined();
  });
});
