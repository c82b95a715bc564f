import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, nameSchema, timestampSchema } from '@headroom/contracts';
import type { TimeWindow } from '@headroom/indexes';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { ToolError } from '../tool.js';
import {
  byStart,
  isWithin,
  touches,
  type Experiment,
  type ExperimentListing,
  type ExperimentResults,
  type ExperimentSource,
} from './experiments.port.js';

const MAX_FILES = 2000;
const MAX_BYTES = 1024 * 1024;

const ratio = z.number().min(0).max(1);

/** One experiment of a file. Unknown keys are refused: a misspelt `end` would let an experiment run for ever. */
const experimentFileSchema = z.strictObject({
  /** Stable id. */
  experiment: nameSchema,
  name: z.string().min(1).max(300).optional(),
  kind: z.enum(['experiment', 'flag']).default('experiment'),
  /** Services that it runs on. */
  service: z.union([nameSchema, z.array(nameSchema).min(1)]),
  status: z.enum(['draft', 'running', 'stopped']).optional(),
  start: timestampSchema,
  end: timestampSchema.optional(),
  owner: z.string().max(300).optional(),
  variants: z
    .array(z.strictObject({ id: nameSchema, name: z.string().max(300).optional(), weight: ratio.optional() }))
    .min(1)
    .max(50),
  exposure: z
    .array(
      z.strictObject({
        at: timestampSchema,
        change: z.string().min(1).max(1000),
        before: ratio.optional(),
        after: ratio.optional(),
      }),
    )
    .max(500)
    .default([]),
  results: z
    .strictObject({
      updatedAt: timestampSchema.optional(),
      conclusion: z.string().max(2000).optional(),
      metrics: z
        .array(
          z.strictObject({
            metric: nameSchema,
            variant: nameSchema,
            users: z.number().nonnegative().optional(),
            mean: z.number().optional(),
            change: z.number().optional(),
            ciLow: z.number().optional(),
            ciHigh: z.number().optional(),
            pValue: ratio.optional(),
            chanceToBeatControl: ratio.optional(),
          }),
        )
        .max(1000)
        .default([]),
    })
    .optional(),
});
type ExperimentFile = z.infer<typeof experimentFileSchema>;

/** A folder of YAML and JSON files, an experiment or a list of them in each; read anew for each question. */
export class ExperimentFiles implements ExperimentSource {
  readonly name = 'files';
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async active(service: string, window: TimeWindow): Promise<ExperimentListing> {
    const { found, notes } = await this.#read();
    const experiments = found
      .filter(({ status }) => status !== 'draft')
      .map(experimentOf)
      .filter(({ services, start, end }) => services.includes(service) && touches(start, end, window))
      .map((each) => ({ ...each, exposure: each.exposure.filter(({ at }) => isWithin(at, window)) }));
    return { experiments: experiments.sort(byStart), notes, source: 'experiment files' };
  }

  async results(id: string): Promise<ExperimentResults | undefined> {
    const { found, notes } = await this.#read();
    const one = found.find(({ experiment }) => experiment === id);
    if (!one) return undefined;
    const { updatedAt, conclusion, metrics = [] } = one.results ?? {};
    return {
      id,
      name: one.name ?? id,
      status: statusOf(one),
      ...(updatedAt === undefined ? {} : { updated_at: updatedAt }),
      ...(conclusion === undefined ? {} : { conclusion }),
      results: metrics.map(({ ciLow, ciHigh, pValue, chanceToBeatControl, ...rest }) => ({
        ...defined(rest),
        ...defined({ ci_low: ciLow, ci_high: ciHigh, p_value: pValue, chance_to_beat_control: chanceToBeatControl }),
      })),
      notes: one.results ? notes : ['the file holds no results', ...notes],
      source: 'experiment files',
    };
  }

  /** How many experiments there are, and what is wrong. For checks. @throws ToolError */
  async check(): Promise<{ experiments: number; problems: string[] }> {
    const { found, notes } = await this.#read();
    return { experiments: found.length, problems: notes };
  }

  async #read(): Promise<{ found: ExperimentFile[]; notes: string[] }> {
    const names = await this.#names();
    const notes = names.length > MAX_FILES ? [`only the first ${MAX_FILES} of ${names.length} files were read`] : [];
    const found = new Map<string, ExperimentFile>();
    for (const name of names.slice(0, MAX_FILES)) {
      try {
        for (const one of await readExperiments(join(this.#folder, name))) {
          if (found.has(one.experiment))
            notes.push(`${name}: ${one.experiment} is in another file too; that one counts`);
          else found.set(one.experiment, one);
        }
      } catch (error) {
        notes.push(`${name} was left out: ${messageOf(error)}`.slice(0, 500));
      }
    }
    return { found: [...found.values()], notes };
  }

  async #names(): Promise<string[]> {
    try {
      const entries = await readdir(this.#folder, { recursive: true });
      return entries.filter((name) => /\.(?:ya?ml|json)$/i.test(name)).sort();
    } catch (error) {
      throw new ToolError(
        `The folder of experiment files cannot be read (${(error as NodeJS.ErrnoException).code ?? messageOf(error)}); check tools.experiments.path.`,
        { cause: error },
      );
    }
  }
}

async function readExperiments(path: string): Promise<ExperimentFile[]> {
  const { size } = await stat(path);
  if (size > MAX_BYTES) throw new Error(`it has ${size} bytes; ${MAX_BYTES} are allowed`);
  const document = parseDocument(await readFile(path, 'utf8'), { uniqueKeys: true });
  if (document.errors[0]) throw new Error(document.errors[0].message.split('\n')[0]);
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  return (Array.isArray(value) ? value : [value]).map((one) => {
    const parsed = experimentFileSchema.safeParse(one);
    if (parsed.success) return parsed.data;
    const problems = parsed.error.issues
      .slice(0, 3)
      .map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`);
    throw new Error(problems.join('; '));
  });
}

function statusOf({ status, end }: ExperimentFile): string {
  if (status !== undefined) return status;
  return end === undefined ? 'running' : 'ended';
}

function experimentOf(file: ExperimentFile): Experiment {
  const { experiment, name = experiment, kind, service, start, end, owner, variants, exposure } = file;
  return {
    id: experiment,
    name,
    kind,
    status: statusOf(file),
    services: [service].flat(),
    start,
    ...(end === undefined ? {} : { end }),
    ...(owner === undefined ? {} : { owner }),
    variants: variants.map((each) => ({
      id: each.id,
      name: each.name ?? each.id,
      ...(each.weight === undefined ? {} : { weight: each.weight }),
    })),
    exposure: exposure.map(defined).toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)),
  };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without what is undefined. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Defined<T>;
}
