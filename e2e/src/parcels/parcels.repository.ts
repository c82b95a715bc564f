import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buildRepository, type TestCommit } from '@headroom/testing';

const serviceDir = join(import.meta.dirname, '../../parcels/service');

interface Edit {
  file: string;
  /** Stands once in the file. */
  find: string;
  replace: string;
}

interface Change {
  message: string;
  edits: readonly Edit[];
}

/** A deployment of the service: the commits that came with it. */
interface Release {
  name: string;
  changes: readonly Change[];
}

/** The message of the commit that makes the service slow. */
export const CULPRIT = 'rating: tell the claims desk what each parcel was rated with';

function note(text: string): Change {
  const heading = '# Changes\n';
  const edits = [{ file: 'docs/changes.md', find: heading, replace: `${heading}\n- ${text}` }];
  return { message: `docs: ${text.toLowerCase().replace(/\.$/, '')}`, edits };
}

const RELEASES: readonly Release[] = [
  { name: 'r1', changes: [] },
  { name: 'r2', changes: [note('Depots announce parcels in grams.')] },
  {
    name: 'r3',
    changes: [
      {
        message: 'zones: 14 is near',
        edits: [
          {
            file: 'lib/zones.ts',
            find: "  { prefix: '2', zone: 'near' },",
            replace: "  { prefix: '14', zone: 'near' },\n  { prefix: '2', zone: 'near' },",
          },
          {
            file: 'spec/zones.spec.mjs',
            find: "it('refuses a postcode of nowhere'",
            replace:
              "it('has 14 near the city', () => {\n  assert.equal(zoneOf('1420'), 'near');\n});\n\nit('refuses a postcode of nowhere'",
          },
        ],
      },
    ],
  },
  { name: 'r4', changes: [note('The ferry costs more from spring on.'), note('Labels carry the depot first.')] },
  {
    name: 'r5',
    changes: [
      {
        message: 'surcharges: a signature costs extra',
        edits: [
          {
            file: 'lib/surcharges.ts',
            find: "  { code: 'HEAVY'",
            replace:
              "  { code: 'SIGNED', cents: 120, applies: ({ tags }) => tags.includes('signed') },\n  { code: 'HEAVY'",
          },
        ],
      },
    ],
  },
  { name: 'r6', changes: [note('A signature is a surcharge of its own.')] },
  { name: 'r7', changes: [note('Claims go to the claims desk.')] },
  { name: 'r8', changes: [note('Bulky begins at three metres of girth.')] },
  {
    name: 'r9',
    changes: [
      {
        message: 'labels: say what the check digit is for',
        edits: [
          {
            file: 'lib/labels.ts',
            find: 'weighted sum of its characters, modulo 36.',
            replace: 'weighted sum of its characters, modulo 36. A belt stops at a label whose digit is wrong.',
          },
        ],
      },
      {
        message: CULPRIT,
        edits: [
          {
            file: 'lib/rating.ts',
            find: '  return { id: parcel.id,',
            replace: `  scribe.info('parcel rated', {
    depot,
    parcel,
    surcharges: surcharges.map((each) => \`\${each.code} \${each.cents}\`),
    hours,
    cents,
  });
  return { id: parcel.id,`,
          },
        ],
      },
      {
        message: 'worker: name the version when it is ready',
        edits: [
          {
            file: 'lib/worker.ts',
            find: "scribe.info('ready')",
            replace: "scribe.info('ready', { version: '3.3.0' })",
          },
        ],
      },
    ],
  },
  { name: 'r10', changes: [note('The claims desk reads the records of the rating.')] },
  { name: 'r11', changes: [note('Version 3.3.0 is out.')] },
  {
    name: 'r12',
    changes: [
      {
        message: 'zones: test postcodes with a dash',
        edits: [
          {
            file: 'spec/zones.spec.mjs',
            find: "it('refuses a postcode of nowhere'",
            replace:
              "it('reads past dashes', () => {\n  assert.equal(zoneOf('9-01'), 'island');\n});\n\nit('refuses a postcode of nowhere'",
          },
        ],
      },
    ],
  },
  { name: 'r13', changes: [note('Two depots are new.')] },
  { name: 'r14', changes: [note('Cold parcels leave before noon.')] },
  { name: 'r15', changes: [note('Islands are served daily.')] },
  { name: 'r16', changes: [note('Depots may send manifests at night.')] },
];

function filesOf(dir: string, root = dir): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory() && !['dist', 'node_modules'].includes(entry.name))
      Object.assign(files, filesOf(path, root));
    else if (entry.isFile()) files[relative(root, path)] = readFileSync(path, 'utf8');
  }
  return files;
}

/** Applies edits to the files; returns those that changed. */
function applied(files: Record<string, string>, { message, edits }: Change): Record<string, string> {
  const changed: Record<string, string> = {};
  for (const { file, find, replace } of edits) {
    const parts = (files[file] ?? '').split(find);
    if (parts.length !== 2) throw new Error(`"${message}" finds its place ${parts.length - 1} times in ${file}`);
    changed[file] = files[file] = parts.join(replace);
  }
  return changed;
}

/** A deployed commit of the service. */
export interface ParcelsDeployment {
  deployment: string;
  commit: string;
  previousCommit?: string;
}

/** The repository of the service, with its history. */
export interface ParcelsRepository {
  bare: string;
  deployments: ParcelsDeployment[];
}

/** Builds the repository of a service that rates parcels. The same commits get the same ids everywhere. */
export async function buildParcels(dir: string): Promise<ParcelsRepository> {
  const files = filesOf(serviceDir);
  const commits: TestCommit[] = [{ message: 'Rates manifests', files: { ...files } }];
  const heads = RELEASES.map(({ changes }) => {
    for (const change of changes) commits.push({ message: change.message, files: applied(files, change) });
    return commits.length - 1;
  });
  const { bare, commits: ids } = await buildRepository(dir, commits);
  const deployments = RELEASES.map(({ name }, index) => {
    const before = index === 0 ? undefined : ids[heads[index - 1] ?? 0];
    return {
      deployment: name,
      commit: ids[heads[index] ?? 0] ?? '',
      ...(before === undefined ? {} : { previousCommit: before }),
    };
  });
  return { bare, deployments };
}
