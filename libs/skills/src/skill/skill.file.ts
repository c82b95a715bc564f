import { isMap, parseDocument, visit, type Document } from 'yaml';
import { z } from 'zod';
import type { SkillFile, SkillKind, SkillModelUse, SkillPredicate, SkillSide } from './skill.js';
import { plainly, sentencesOf, yamlSentence } from './skill.text.js';

/** Prefix of Headroom's own metadata keys. */
export const METADATA_PREFIX = 'headroom.dev/';

const KINDS = ['mitigation', 'opportunity', 'analysis', 'validation', 'assistant'] as const satisfies SkillKind[];
const SIDES = ['offense', 'defense'] as const satisfies SkillSide[];

const MODEL_USES = ['never', 'after-playbook', 'only'] as const satisfies SkillModelUse[];
/** `key:value`; values are names, paths and globs of frames. */
const PREDICATE = /^[a-z][a-z-]*:[\w.*/:@#$+~()<>-]+$/;
const SKILL_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const MAX_NAME = 64;

/** A text of at most so many characters; one beyond the 16 bits of JavaScript counts once, a line's end at the end counts. */
const atMost = (length: number) =>
  z.string().refine((text) => Array.from(text).length <= length, `must have at most ${length} characters`);

const words = z.string().regex(/^\S+( \S+)*$/, 'must be words with one blank between them');

const headerSchema = z.strictObject({
  name: atMost(MAX_NAME).regex(SKILL_NAME, 'must be lower-case letters, digits and single hyphens between them'),
  description: atMost(1024).trim().min(1, 'must not be empty'),
  license: z.string().min(1, 'must not be empty').optional(),
  compatibility: atMost(500).min(1, 'must not be empty').optional(),
  metadata: z.record(z.string(), z.string('must be a quoted string')),
  'allowed-tools': z.string().optional(),
});

const metadataSchema = z.looseObject({
  'headroom.dev/kind': z.enum(KINDS),
  'headroom.dev/side': words.refine((text) => text.split(' ').every(isSide), 'must be offense, defense, or both'),
  'headroom.dev/version': z
    .string()
    .regex(/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/, 'must be a semantic version such as "1.0.0"'),
  'headroom.dev/applies-to': words.refine(
    (text) => text.split(' ').every((word) => PREDICATE.test(word)),
    'must be predicates such as lang:typescript or not-cause:config',
  ),
  'headroom.dev/requires-tools': words.optional(),
  'headroom.dev/uses': words
    .refine((text) => text.split(' ').every((word) => SKILL_NAME.test(word)), 'must be names of skills')
    .optional(),
  // A word of a newer version loads, and is hidden with the reason; the linter knows the words of this one.
  'headroom.dev/playbook': z.string().regex(/^[a-z]+(?:-[a-z]+)*$/, 'must be one word, such as rules, or none'),
  'headroom.dev/model': z.enum(MODEL_USES).optional(),
  'headroom.dev/allowed-effects': words
    .refine((text) => text.split(' ').every((word) => /^[a-z][a-z-]*(?::[\w,.-]+)?$/.test(word)), {
      message: 'must be effects such as fewer-log-records:debug,info',
    })
    .optional(),
});

function isSide(text: string): text is SkillSide {
  return (SIDES as readonly string[]).includes(text);
}

/** Whether a skill can have this name. */
export function isSkillName(name: string): boolean {
  return name.length <= MAX_NAME && SKILL_NAME.test(name);
}

/** A checked `SKILL.md`, or what is wrong with it. */
export type ParsedSkillFile =
  { readonly ok: true; readonly file: SkillFile } | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads a `SKILL.md`: a YAML header between `---` lines with the six fields of the Agent Skills format and Headroom's
 * metadata, then Markdown. The header must be block-style YAML without anchors, tags and duplicate keys, and every metadata
 * value a string, because readers differ on everything else.
 *
 * @param text content of the file
 * @param folder name of the folder that it lies in; the skill's name must equal it
 */
export function parseSkillFile(text: string, folder: string): ParsedSkillFile {
  if (text.startsWith('\uFEFF')) return refused(['the file starts with a byte order mark; save it without one']);
  const match = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n([\s\S]*))?$/.exec(text);
  if (!match) return refused(['the file must start with a header between two lines "---"']);
  // The empty line stands for the first `---`, so that lines are counted as in the file.
  const document = parseDocument(`\n${match[1]!}`, { version: '1.2', uniqueKeys: true });
  const yamlProblems = problemsOfYaml(document);
  if (yamlProblems.length > 0) return refused(yamlProblems);
  const header = headerSchema.safeParse(document.toJS(), { error: plainly });
  if (!header.success) return refused(sentencesOf(header.error, 'header'));
  const own = metadataSchema.safeParse(header.data.metadata, { error: plainly });
  const problems = own.success ? [] : sentencesOf(own.error).map((sentence) => `metadata.${sentence}`);
  if (header.data.name !== folder) problems.push(`name: "${header.data.name}" must equal the folder "${folder}"`);
  if (Object.keys(header.data.metadata).some((key) => key.startsWith('io.modelcontextprotocol/'))) {
    problems.push('metadata: keys that begin with io.modelcontextprotocol/ are reserved');
  }
  if (!own.success || problems.length > 0) return refused(problems);
  return { ok: true, file: fileOf(header.data, own.data, match[2] ?? '') };
}

function refused(problems: readonly string[]): ParsedSkillFile {
  return { ok: false, problems };
}

function fileOf(header: z.infer<typeof headerSchema>, own: z.infer<typeof metadataSchema>, body: string): SkillFile {
  const word = own['headroom.dev/playbook'];
  const playbook = word === 'none' ? undefined : word;
  const kind = own['headroom.dev/kind'];
  return {
    name: header.name,
    description: header.description,
    ...(header.license === undefined ? {} : { license: header.license }),
    ...(header.compatibility === undefined ? {} : { compatibility: header.compatibility }),
    ...(header['allowed-tools'] === undefined ? {} : { allowedTools: header['allowed-tools'] }),
    metadata: header.metadata,
    kind,
    sides: wordsOf(own['headroom.dev/side']).filter(isSide),
    version: own['headroom.dev/version'],
    appliesTo: wordsOf(own['headroom.dev/applies-to']).map(predicateOf),
    requiresTools: wordsOf(own['headroom.dev/requires-tools']),
    uses: wordsOf(own['headroom.dev/uses']),
    ...(playbook === undefined ? {} : { playbook }),
    model: own['headroom.dev/model'] ?? modelUseOf(kind, playbook),
    allowedEffects: wordsOf(own['headroom.dev/allowed-effects']),
    body,
  };
}

function wordsOf(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(' ');
}

function modelUseOf(kind: SkillKind, playbook: string | undefined): SkillModelUse {
  return playbook === undefined && (kind === 'mitigation' || kind === 'opportunity') ? 'only' : 'never';
}

function predicateOf(word: string): SkillPredicate {
  const colon = word.indexOf(':');
  const [key, value] = [word.slice(0, colon), word.slice(colon + 1)];
  return key.startsWith('not-') ? { key: key.slice(4), value, negated: true } : { key, value };
}

function problemsOfYaml(document: Document.Parsed): string[] {
  // What follows the first error is often its consequence.
  const [broken] = [...document.errors, ...document.warnings];
  if (broken) return [`header: ${yamlSentence(broken)}`];
  const problems: string[] = [];
  if (!isMap(document.contents)) return ['header: must be a map of fields'];
  visit(document, {
    Collection: (_key, node) => {
      if (node.flow) problems.push('header: must be block-style YAML, without {} and []');
    },
    Alias: () => void problems.push('header: must not use aliases'),
    Node: (_key, node) => {
      if ('anchor' in node && node.anchor) problems.push('header: must not use anchors');
      if (node.tag) problems.push('header: must not use tags');
    },
  });
  return [...new Set(problems)];
}
