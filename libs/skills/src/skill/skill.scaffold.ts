import { HeadroomError } from '@headroom/contracts';
import { stringify } from 'yaml';
import { SECTIONS } from './lint.text.js';
import { isSkillName } from './skill.file.js';
import type { PlaybookKind, SkillKind, SkillSide } from './skill.js';

/** Languages that a new skill can begin with, as `lang:` spells them, and as rules do. */
export const SCAFFOLD_LANGUAGES = {
  typescript: 'TypeScript',
  javascript: 'TypeScript',
  python: 'Python',
  go: 'Go',
  java: 'Java',
};

/** What a new skill begins with. */
export interface ScaffoldOptions {
  readonly name: string;
  readonly kind: SkillKind;
  readonly side: SkillSide;
  readonly playbook: PlaybookKind | 'none';
  readonly language: keyof typeof SCAFFOLD_LANGUAGES;
}

const HINTS: Readonly<Record<string, string>> = {
  Trigger: 'TODO: what of the profile, the diff and the settings shows that this skill applies.',
  Tools: 'TODO: which tools, in what order, and what of their results rules the skill out.',
  Fix: 'TODO: the default recipe, in steps; then variants.',
  Guards: 'TODO: what must hold, and who checks it.',
  Gotchas: 'TODO: what surprises whoever does it for the first time.',
  'Validation criteria': 'TODO: which figure must fall, by how much, and what may get worse.',
  'Output template': '> TODO: what the proposal says in one or two sentences.',
  'When to abstain': 'TODO: each reason, and when it is given.',
};

/**
 * Files of a new skill by their paths, relative to the folder of skills. It loads; the linter names what the author must still fill.
 * @throws HeadroomError `HEADROOM_USAGE` for a name that no skill can have
 */
export function scaffoldSkill(options: ScaffoldOptions): Record<string, string> {
  const { name, playbook, language } = options;
  if (!isSkillName(name)) {
    const message = `"${name}" is no name of a skill; write at most 64 lower-case letters, digits and single hyphens between them, such as batch-queries.`;
    throw new HeadroomError(message, { code: 'HEADROOM_USAGE' });
  }
  const files: Record<string, string> = {
    'SKILL.md': manifest(options),
    'references/negatives.md': '# Looks alike, stays as it is\n\nTODO: at least three, as a list: `1. …`.\n',
    'evals/evals.json': `${JSON.stringify({ skill_name: name, evals: [] }, undefined, 2)}\n`,
  };
  if (playbook === 'rules') {
    files[`rules/${name}.yml`] = rule(name, language);
    files[`rules/${name}/cases.yml`] =
      '# Subject of each fixture of the folders match/ and no-match/.\nmatch: {}\nno-match: {}\n';
  }
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${name}/${path}`, text]));
}

function manifest(options: ScaffoldOptions): string {
  const { name, kind, side, playbook } = options;
  const lines = [
    '---',
    `name: ${inYaml(name)}`,
    'description: TODO What it does, in one sentence. Use when TODO these frames, symptoms or words are seen.',
    'license: Apache-2.0',
    'metadata:',
    `  headroom.dev/kind: '${kind}'`,
    `  headroom.dev/side: '${side}'`,
    "  headroom.dev/version: '0.1.0'",
    `  headroom.dev/applies-to: '${appliesTo(options)}'`,
    `  headroom.dev/playbook: '${playbook}'`,
    '---',
    '',
    `# ${name.replaceAll('-', ' ')}`,
  ];
  for (const section of SECTIONS) lines.push('', `## ${section}`, '', HINTS[section]!);
  return `${lines.join('\n')}\n`;
}

/** A name such as `123` is a number in YAML unless it is quoted. */
function inYaml(name: string): string {
  return stringify(name).trim();
}

/** JavaScript and TypeScript share their rules; an opportunity is found by its rule. */
function appliesTo({ name, kind, playbook, language }: ScaffoldOptions): string {
  const languages = SCAFFOLD_LANGUAGES[language] === 'TypeScript' ? ['typescript', 'javascript'] : [language];
  const own = kind === 'opportunity' && playbook === 'rules' ? [`rule:${name}`] : [];
  return [...languages.map((each) => `lang:${each}`), 'type:cpu', ...own].join(' ');
}

function rule(name: string, language: keyof typeof SCAFFOLD_LANGUAGES): string {
  return `# TODO: what is looked for, and what it becomes. A rule without "fix" only finds.
id: ${inYaml(name)}
language: ${SCAFFOLD_LANGUAGES[language]}
message: TODO what a match means, one sentence.
rule:
  pattern: todo($VALUE)
fix: done($VALUE)
metadata:
  explanation: TODO what the rewrite does to \`$VALUE\`, one sentence.
  saving: 0.1 # TODO: rough share of the function's cost that a fix saves
  guards: []
`;
}
