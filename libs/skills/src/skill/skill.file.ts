import { isMap, isScalar, parseDocument, visit, type Document } from 'yaml';
import { z } from 'zod';
import type { SkillFile, SkillKind, SkillModelUse, SkillPredicate, SkillSide } from './skill.js';

/** Prefix of Headroom's own metadata keys. */
export const METADATA_PREFIX = 'headroom.dev/';

const KINDS = ['mitigation', 'opportunity', 'analysis', 'validation', 'assistant'] as const satisfies SkillKind[];
const SIDES = ['offense', 'defense'] as const satisfies SkillSide[];

const MODEL_USES = ['never', 'after-playbook', 'only'] as const satisfies SkillModelUse[];
/** `key:value`; values are names, paths and globs of frames. */
const PREDICATE = /^[a-z][a-z-]*:[\w.*/:@#$+~()<>-]+$/;
const SKILL_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

const words = z.string().regex(/^\S+( \S+)*$/, 'must be words with one blank between them');

const headerSchema = z.strictObject({
  name: z
    .string()
    .max(64, 'must have at most 64 characters')
    .regex(SKILL_NAME, 'must be lower-case letters, digits and single hyphens between them'),
  description: z.string().trim().min(1, 'must not be empty').max(1024, 'must have at most 1024 characters'),
  license: z.string().min(1).optional(),
  compatibility: z.string().min(1).max(500, 'must have at most 500 characters').optional(),
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
  const match = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n([\s\S]*))?$/.exec(text);
  if (!match) return refused(['the file must start with a header between two lines "---"']);
  const document = parseDocument(match[1]!, { version: '1.2', uniqueKeys: true });
  const yamlProblems = problemsOfYaml(document);
  if (yamlProblems.length > 0) return refused(yamlProblems);
  const header = headerSchema.safeParse(document.toJS());
  if (!header.success) return refused(problemsOf(header.error));
  const own = metadataSchema.safeParse(header.data.metadata);
  const problems = own.success ? [] : problemsOf(own.error, 'metadata.');
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

function problemsOf(error: z.ZodError, prefix = ''): string[] {
  return error.issues.map((issue) => {
    const field = issue.path.join('.');
    return field === '' ? `header: ${issue.message}` : `${prefix}${field}: ${issue.message}`;
  });
}

function problemsOfYaml(document: Document.Parsed): string[] {
  const problems = [...document.errors, ...document.warnings].map((error) => `header: ${error.message.split('\n')[0]}`);
  if (problems.length > 0) return problems;
  if (!isMap(document.contents)) return ['header: must be a map of fields'];
  visit(document, {
    Collection: (_key, node) => {
      if (node.flow) problems.push('header: must be block-style YAML, without {} and []');
    },
    Alias: () => void problems.push('header: must not use aliases'),
    Node: (_key, node) => {
      if ('anchor' in node && node.anchor) problems.push('header: must not use anchors');
      if (node.tag && !(isScalar(node) && node.tag.startsWith('tag:yaml.org'))) {
        problems.push('header: must not use tags');
      }
    },
  });
  return [...new Set(problems)];
}
