import { estimateTokens } from '@headroom/figures';
import { KNOWN_EFFECT } from '@headroom/workspace';
import { PREDICATE_KEYS } from '../matching/predicate.js';
import { METADATA_PREFIX } from './skill.file.js';
import { listFolder } from './skill.folder.js';
import { PLAYBOOK_KINDS, type Skill } from './skill.js';

/** Sections of a skill's text, in their order. */
export const SECTIONS = [
  'Trigger',
  'Tools',
  'Fix',
  'Guards',
  'Gotchas',
  'Validation criteria',
  'Output template',
  'When to abstain',
];

const OWN_KEYS = [
  'kind',
  'side',
  'version',
  'applies-to',
  'requires-tools',
  'uses',
  'playbook',
  'model',
  'allowed-effects',
];

const MAX_BODY_LINES = 500;
const MAX_BODY_TOKENS = 5000;
/** A link leads to a file of the skill, or of a folder of it. */
const MAX_LINK_SEGMENTS = 2;

/** What is wrong with the header and the text of a skill, beyond what keeps it from loading. */
export async function lintText(skill: Skill): Promise<string[]> {
  const problems = [...lintHeader(skill), ...lintPredicates(skill), ...lintBody(skill), ...lintTools(skill)];
  return [...problems, ...(await lintLinks(skill))];
}

function lintHeader(skill: Skill): string[] {
  const { description, license, compatibility, metadata, playbook, model, allowedEffects } = skill;
  const problems = description.includes('TODO') ? ['description: still says TODO'] : [];
  const texts = [description, license, compatibility, ...Object.values(metadata)];
  if (texts.some((text) => text?.includes('---'))) {
    problems.push('header: must not hold "---" within a text; other readers take it for the end of the header');
  }
  for (const key of Object.keys(metadata)) {
    if (key.startsWith(METADATA_PREFIX) && !OWN_KEYS.includes(key.slice(METADATA_PREFIX.length))) {
      problems.push(`metadata.${key}: is not a known key; known are ${OWN_KEYS.join(', ')}`);
    }
  }
  if (playbook !== undefined && !PLAYBOOK_KINDS.some((kind) => kind === playbook)) {
    problems.push(`metadata.headroom.dev/playbook: must be one of ${PLAYBOOK_KINDS.join(', ')}, none`);
  }
  for (const effect of allowedEffects.filter((one) => !KNOWN_EFFECT.test(one))) {
    problems.push(
      `metadata.headroom.dev/allowed-effects: nothing checks "${effect}", so no patch would pass; known is fewer-log-records:debug,info`,
    );
  }
  if (playbook === undefined && model === 'after-playbook') {
    problems.push('metadata.headroom.dev/model: "after-playbook" needs a playbook; write only');
  }
  if (playbook !== undefined && model === 'only') {
    problems.push('metadata.headroom.dev/model: "only" leaves the playbook unused; write after-playbook');
  }
  return problems;
}

function lintPredicates({ appliesTo, rules }: Skill): string[] {
  const problems: string[] = [];
  const at = 'metadata.headroom.dev/applies-to';
  for (const { key, value, negated } of appliesTo) {
    const written = `${negated ? 'not-' : ''}${key}:${value}`;
    if (!Object.hasOwn(PREDICATE_KEYS, key)) {
      problems.push(`${at}: ${written} has no known key; known are ${Object.keys(PREDICATE_KEYS).join(', ')}`);
      continue;
    }
    const values = PREDICATE_KEYS[key];
    if (values && !values.includes(value)) {
      problems.push(`${at}: ${written} can never hold; ${key} is one of ${values.join(', ')}`);
    }
    if (key === 'rule' && !rules.some(({ id }) => id === value)) {
      problems.push(`${at}: ${written} names no rule of the skill`);
    }
  }
  return problems;
}

function lintBody({ body }: Skill): string[] {
  const problems: string[] = [];
  const headings = [...withoutFences(body).matchAll(/^## (.+)$/gm)].map((match) => match[1]!.trim());
  const known = headings.filter((heading) => SECTIONS.includes(heading));
  if (known.join('|') !== SECTIONS.join('|')) {
    problems.push(`the text must have the sections ${SECTIONS.join(', ')}, in this order; it has ${known.join(', ')}`);
  }
  const open = body.split(/^## /m).filter((part) => part.includes('TODO'));
  problems.push(...open.map((part) => `the section ${part.split('\n')[0]!.trim()} still says TODO`));
  if (body.split('\n').length >= MAX_BODY_LINES) problems.push(`the text must be under ${MAX_BODY_LINES} lines`);
  const tokens = estimateTokens(body);
  if (tokens >= MAX_BODY_TOKENS) {
    problems.push(
      `the text must be under ${MAX_BODY_TOKENS} tokens, it has about ${tokens}: move parts to references/`,
    );
  }
  return problems;
}

/** A model has the tools of the header and no others. */
function lintTools({ body, requiresTools }: Skill): string[] {
  const section = body.split(/^## /m).find((part) => part.startsWith('Tools')) ?? '';
  const named = [...section.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map((match) => match[1]!);
  return [...new Set(named)]
    .filter((name) => !requiresTools.includes(name))
    .map((name) => `the section Tools names ${name}, which metadata.headroom.dev/requires-tools lacks`);
}

async function lintLinks({ dir, body }: Skill): Promise<string[]> {
  const files = new Set(await listFolder(dir));
  // In a span of code, brackets before parentheses are a call.
  const text = withoutFences(body).replaceAll(/(`+)[^`][\s\S]*?\1/g, '');
  const targets = [...text.matchAll(/\]\((?:\.\/)?([^)#\s]+)[^)]*\)/g)].map((match) => match[1]!);
  const problems: string[] = [];
  for (const target of targets.filter((one) => !/^[a-z]+:/i.test(one))) {
    if (!files.has(target)) problems.push(`the text links to ${target}, which is not there`);
    else if (target.split('/').length > MAX_LINK_SEGMENTS) {
      problems.push(`the text links to ${target}: references lie one level deep`);
    }
  }
  return problems;
}

/** Text without its blocks of code: what stands in them is an example. */
function withoutFences(body: string): string {
  return body.replaceAll(/^(```+|~~~+)[\s\S]*?^\1\s*$/gm, '');
}
