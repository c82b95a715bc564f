/**
 * Runs the playbooks of all skills on code as it is: every function of every file below a folder is taken for a hot subject. Checks that
 * nothing crashes, that every changed file parses, and that the playbook comes to rest: run on its own result again and again, it ends.
 *
 * Usage: npm run build && node bench/playbooks-on-real-code.mjs [--dir <folder>] [--skill <name>] [--lang ts,js,py,go,java]
 *          [--max-lines 400000] [--max-file-lines 5000] [--show 0] [--out <file>]
 *   --dir    default: node_modules
 *   --show   prints so many changes as diffs to standard error, spread over the run
 *   --out    writes every change there, one JSON object a line
 *
 * Prints one JSON object: files, lines, functions, and for each skill its runs, changes, and refusals by reason; crashes and broken files
 * are listed. Exit code 1 when there are any.
 */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { listSymbols, parseSource } from '@headroom/source';
import { loadSkills, runPlaybook } from '@headroom/skills';

const { values } = parseArgs({
  options: {
    dir: { type: 'string', default: 'node_modules' },
    skill: { type: 'string' },
    lang: { type: 'string', default: 'ts,js,py,go,java' },
    'max-lines': { type: 'string', default: '400000' },
    'max-file-lines': { type: 'string', default: '5000' },
    show: { type: 'string', default: '0' },
    out: { type: 'string' },
  },
});

const EXTENSIONS = {
  ts: ['.ts', '.mts', '.cts', '.tsx'],
  js: ['.js', '.mjs', '.cjs', '.jsx'],
  py: ['.py'],
  go: ['.go'],
  java: ['.java'],
};
const LANGUAGES = {
  [`${EXTENSIONS.ts} ${EXTENSIONS.js}`]: 'TypeScript',
  '.py': 'Python',
  '.go': 'Go',
  '.java': 'Java',
};
const wanted = new Set(values.lang.split(',').flatMap((name) => EXTENSIONS[name] ?? []));
const MAX_RUNS = 12;

async function* filesBelow(dir) {
  for (const entry of (await readdir(dir, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(dir, entry.name);
    if (entry.isDirectory() && entry.name !== '.git') yield* filesBelow(path);
    else if (entry.isFile() && wanted.has(extname(path)) && !/\.d\.[cm]?ts$|\.min\./.test(path)) yield path;
  }
}

/** Applies a unified diff of one file. The playbook's own, so that its form is known: no fuzz. */
function applied(source, patch) {
  const lines = source.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const result = [];
  let at = 0;
  for (const hunk of patch.split(/^(?=@@ )/m).slice(1)) {
    const [head, ...body] = hunk.match(/[^\n]*\n|[^\n]+$/g);
    const [, start, size] = /^@@ -(\d+),(\d+)/.exec(head);
    const from = Number(size) === 0 ? Number(start) : Number(start) - 1;
    result.push(...lines.slice(at, from));
    at = from;
    body.forEach((line, index) => {
      if (line.startsWith('\\')) return;
      const text = body[index + 1]?.startsWith('\\') ? line.slice(1, -1) : line.slice(1);
      if (line[0] === '+') result.push(text);
      else {
        if (lines[at] !== text) throw new Error(`the diff does not fit line ${at + 1}`);
        if (line[0] === ' ') result.push(text);
        at++;
      }
    });
  }
  return [...result, ...lines.slice(at)].join('');
}

const { skills } = await loadSkills(join(import.meta.dirname, '../skills'));
const tried = skills.filter((skill) => skill.rules.length > 0 && (values.skill ?? skill.name) === skill.name);
const report = { files: 0, lines: 0, functions: 0, unreadable: 0, seconds: 0, skills: {}, problems: [] };
for (const { name } of tried) report.skills[name] = { changes: 0, matches: 0, refusals: {} };
const changes = [];
const started = performance.now();

for await (const file of filesBelow(values.dir)) {
  if (report.lines >= Number(values['max-lines'])) break;
  if ((await stat(file)).size > 1e6) continue;
  const source = await readFile(file, 'utf8');
  const path = relative(values.dir, file).replaceAll('\\', '/');
  const count = source.split('\n').length;
  if (count > Number(values['max-file-lines']) || source.length / count > 300) continue;
  let symbols;
  try {
    symbols = listSymbols(source, path).filter(({ kind }) => kind !== 'class' && kind !== 'module');
  } catch {
    report.unreadable++;
    continue;
  }
  report.files++;
  report.lines += count;
  report.functions += symbols.length;
  const root = parseSource(source, path);
  const language = Object.entries(LANGUAGES).find(([extensions]) => extensions.includes(extname(path)))[1];
  for (const skill of tried) {
    // Where no rule matches in the lines of a function, its playbook need not be asked.
    const rules = skill.rules.filter((rule) => rule.language === language);
    if (rules.length === 0) continue;
    const lines = rules.flatMap((rule) => root.findAll(rule.config)).map((match) => match.range().start.line + 1);
    const hit = symbols.filter(({ start, end }) => lines.some((line) => start.line <= line && line <= end.line));
    tally(report.skills[skill.name].refusals, 'no-match', symbols.length - hit.length);
    if (hit.length > 0) await trySkill(skill, path, source, hit);
  }
}

function tally(counts, key, by = 1) {
  counts[key] = (counts[key] ?? 0) + by;
}

async function trySkill(skill, path, source, symbols) {
  const own = report.skills[skill.name];
  const seen = new Set();
  for (const { name } of symbols) {
    let text = source;
    for (let round = 0; round <= MAX_RUNS; round++) {
      const base = text;
      const readFileOf = (one) =>
        one === path ? base : readFile(join(values.dir, one), 'utf8').catch(() => undefined);
      let result;
      try {
        result = await runPlaybook(skill, { subject: `${path}:${name}`, readFile: readFileOf, version: values.dir });
        if (result.outcome === 'patch') text = applied(base, result.patch);
      } catch (error) {
        report.problems.push({ skill: skill.name, subject: `${path}:${name}`, problem: String(error) });
        break;
      }
      if (result.outcome !== 'patch') {
        if (round > 0) break;
        tally(own.refusals, result.reason);
        if (result.reason === 'rewrite-does-not-parse') {
          report.problems.push({ skill: skill.name, subject: `${path}:${name}`, problem: result.message });
        }
        if (result.reason === 'source-unreadable') return;
        if (result.reason !== 'no-match' && !/^no-|^subject-/.test(result.reason)) own.matches++;
        break;
      }
      if (text === base || round === MAX_RUNS) {
        report.problems.push({ skill: skill.name, subject: `${path}:${name}`, problem: 'it does not come to rest' });
        break;
      }
      // The same place is met again from every function that calls this one.
      if (seen.has(result.patch)) continue;
      seen.add(result.patch);
      own.changes++;
      own.matches++;
      changes.push({ skill: skill.name, subject: `${path}:${name}`, patch: result.patch });
    }
  }
}

report.seconds = Math.round((performance.now() - started) / 1000);
const show = Number(values.show);
const step = Math.max(1, Math.floor(changes.length / Math.max(1, show)));
for (let at = 0, shown = 0; at < changes.length && shown < show; at += step, shown++) {
  process.stderr.write(`\n# ${changes[at].skill} in ${changes[at].subject}\n${changes[at].patch}`);
}
if (values.out) await writeFile(values.out, changes.map((change) => `${JSON.stringify(change)}\n`).join(''));
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
process.exit(report.problems.length > 0 ? 1 : 0);
