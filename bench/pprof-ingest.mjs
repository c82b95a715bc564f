/**
 * What it takes to ingest a large pprof: one is generated in a process of its own, read and encoded in another, whose peak
 * resident memory the kernel tells.
 *
 * Usage: npm run build && node bench/pprof-ingest.mjs [--mib 50] [--functions 20000] [--depth 30] [--distinct 0.05 --distinct 0.75]
 *   --mib       size of the profile before gzip; samples with labels fill it
 *   --distinct  share of the samples that have a stack of their own; the others differ by label only; each share given is a
 *               case of its own
 *
 * Prints one JSON object.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { Function as PprofFunction, Label, Line, Location, Profile, Sample, ValueType } from 'pprof-format';
import { encodeStacks, readProfile } from '@headroom/profiling';

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '50' },
    functions: { type: 'string', default: '20000' },
    depth: { type: 'string', default: '30' },
    distinct: { type: 'string', multiple: true, default: ['0.05', '0.75'] },
    read: { type: 'string' },
    write: { type: 'string' },
  },
});
const [mib, functions, depth, distinct] = [values.mib, values.functions, values.depth, values.distinct[0]].map(Number);

/** A generator with a fixed seed: the same profile each time. */
function randomness(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A message is written in parts: protobuf joins repeated fields of concatenated messages. */
function generate(file) {
  const next = randomness(7);
  const head = new Profile({
    sampleType: [new ValueType({ type: 1, unit: 2 }), new ValueType({ type: 3, unit: 4 })],
    timeNanos: 1_700_000_000_000_000_000n,
    durationNanos: 60_000_000_000,
    period: 10_000_000,
    periodType: new ValueType({ type: 3, unit: 4 }),
  });
  for (const text of ['samples', 'count', 'cpu', 'nanoseconds', 'thread']) head.stringTable.dedup(text);
  const threads = Array.from({ length: 64 }, (_, index) => head.stringTable.dedup(`worker-${index}`));
  for (let id = 1; id <= functions; id += 1) {
    const name = head.stringTable.dedup(`example.com/till/pkg${id % 400}.(*Type${id % 37}).Method${id}`);
    const filename = head.stringTable.dedup(`/src/till/pkg${id % 400}/file${id % 9}.go`);
    head.function.push(new PprofFunction({ id, name, filename }));
    head.location.push(
      new Location({ id, address: 4096 + id * 64, line: [new Line({ functionId: id, line: id % 900 })] }),
    );
  }
  const parts = [head.encode()];
  let size = parts[0].length;
  let samples = 0;
  let locationId = [];
  // A part's own string table is one empty string, behind all of the head's.
  while (size < mib * 1024 * 1024) {
    const part = new Profile({});
    for (let index = 0; index < 2000; index += 1) {
      if (samples === 0 || next(1000) < distinct * 1000) {
        // Frames near the root are shared by many stacks, as in a real service.
        locationId = Array.from(
          { length: depth },
          (_, at) => 1 + next(Math.max(3, Math.floor(functions / (at + 1) ** 2))),
        );
      }
      const label = [new Label({ key: 5, str: threads[next(threads.length)] })];
      part.sample.push(new Sample({ locationId, value: [1, 10_000_000], label }));
      samples += 1;
    }
    parts.push(part.encode());
    size += parts.at(-1).length;
  }
  const bytes = Buffer.concat(parts);
  writeFileSync(file, bytes);
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 1 }));
  return { samples };
}

async function read(file) {
  const startedAt = performance.now();
  const { stacks } = await readProfile(readFileSync(file), {
    pathMap: { '/src/till': '' },
    fetchSource: async () => undefined,
  });
  const readMs = Math.round(performance.now() - startedAt);
  const blob = encodeStacks(stacks);
  return {
    readMs,
    allMs: Math.round(performance.now() - startedAt),
    samples: stacks.samples,
    stacks: stacks.stacks.length,
    functions: stacks.frames.length,
    blobBytes: blob.length,
    peakRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

function child(...args) {
  const run = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (run.status !== 0) throw new Error(`The process for ${args[0]} ended with ${run.status ?? run.signal}.`);
  return JSON.parse(run.stdout);
}

/** One case: a profile of which that share of the samples has a stack of its own, read as it is and from gzip. */
function measured(dir, share) {
  const file = join(dir, `cpu-${share}.pprof`);
  const size = ['--mib', values.mib, '--functions', values.functions, '--depth', values.depth];
  const generated = child('--write', file, ...size, '--distinct', share);
  const sizes = { bytes: statSync(file).size, gzipBytes: statSync(`${file}.gz`).size };
  return {
    distinct: Number(share),
    ...generated,
    ...sizes,
    plain: child('--read', file),
    gzip: child('--read', `${file}.gz`),
  };
}

if (values.write) console.log(JSON.stringify(generate(values.write)));
else if (values.read) console.log(JSON.stringify(await read(values.read)));
else {
  const dir = mkdtempSync(join(tmpdir(), 'headroom-pprof-'));
  try {
    const cases = values.distinct.map((share) => measured(dir, share));
    console.log(JSON.stringify({ bench: 'pprof-ingest', node: process.version, limitMiB: 512, cases }, null, 2));
  } finally {
    rmSync(dir, { recursive: true });
  }
}
