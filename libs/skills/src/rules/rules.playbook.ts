import { callsWithin, listSymbols, parseFunctionId, type SourceSymbol } from '@headroom/source';
import { byFileOf, type Frames } from '../playbooks/frames.js';
import {
  abstain,
  type FilesOfBase,
  type PlaybookAbstention,
  type PlaybookInput,
  type PlaybookRewrite,
} from '../playbooks/playbook.js';
import type { Skill } from '../skill/skill.js';
import { endOf, parseTree, startOf, type SourceTree } from '../syntax/source.tree.js';
import { indentAt, layoutOf, type TextEdit } from '../syntax/text.layout.js';
import type { GuardContext, GuardRefusal } from './guards/guard.js';
import { typedRefusalOf } from './guards/typed.refusal.js';
import { HoistedDeclarations } from './hoisting.js';
import { ruleLanguageOf, syntaxOf } from './languages/language.registry.js';
import type { LanguageSyntax } from './languages/language.syntax.js';
import type { PlaybookRule } from './rule.file.js';
import { askScript, type ScriptQuestion } from './rule.script.js';
import { sitesOf, type RuleSite } from './rule.sites.js';
import { capturesOf, expandTemplate, variablesOf, type TemplateScope } from './template.js';

/** Most places that one patch changes by rules. */
const MAX_RULE_SITES = 3;

/** What rules make of one file. */
interface FileRewrite {
  readonly file: PlaybookRewrite['files'][number];
  readonly sites: readonly { readonly site: RuleSite; readonly explanation: string }[];
}

/**
 * Runs a skill's rewriting rules in the functions of a finding: the subject, its chain, what grew below it, and what the subject calls
 * in its own file. Every guard of a rule must hold; comments are never lost; at most three places are changed.
 */
export async function rewriteByRules(
  { rules, dir }: Pick<Skill, 'rules' | 'dir'>,
  input: PlaybookInput,
): Promise<PlaybookRewrite | PlaybookAbstention> {
  const { path, symbol } = parseFunctionId(input.subject);
  const fixing = rules.filter(({ fix }) => fix !== undefined);
  const subject = await readTree(input, path);
  if ('outcome' in subject) return subject;
  const symbols = listSymbols(subject.source, path);
  if (!symbols.some(({ name }) => name === symbol)) {
    return abstain('subject-not-found', `${path} has no function ${symbol} on the base.`);
  }
  const refusals: PlaybookAbstention[] = [];
  const rewrites: FileRewrite[] = [];
  let left = MAX_RULE_SITES;
  for (const [file, names] of searched(input, subject, symbol, symbols)) {
    if (left === 0) break;
    const tree = file === path ? subject : await readTree(input, file);
    if ('outcome' in tree) continue;
    const sites = ownFirst(sitesOf(fixing, tree, names), symbol);
    const rewrite = await rewriteFile(tree, sites, { input, refusals, most: left, dir });
    if (!rewrite) continue;
    rewrites.push(rewrite);
    left -= rewrite.sites.length;
  }
  if (rewrites.length > 0) return summed(rewrites, refusals);
  const finding = rules.filter(({ fix }) => fix === undefined);
  return (
    refusals[0] ??
    (await foundOnly(finding, input, searched(input, subject, symbol, symbols))) ??
    abstain('no-match', `Nothing in ${symbol} is what the rules of this skill look for.`)
  );
}

/** What the rules without a rewrite make of the functions: the first place that a person or a model should look at. */
async function foundOnly(
  rules: readonly PlaybookRule[],
  input: PlaybookInput,
  frames: Frames,
): Promise<PlaybookAbstention | undefined> {
  let refused: PlaybookAbstention | undefined;
  for (const [file, names] of rules.length > 0 ? frames : []) {
    const language = ruleLanguageOf(file);
    const syntax = language && syntaxOf(language);
    const tree = await readTree(input, file);
    if ('outcome' in tree || !syntax) continue;
    const written = writtenIn(input, file);
    for (const { rule, match } of sitesOf(rules, tree, names)) {
      const where = `${file}:${match.range().start.line + 1}`;
      const context = contextOf(match, { tree, syntax, ...(written && { written }) });
      const refusal = await typedRefusalOf(rule.guards, context, input);
      if (!refusal)
        return abstain('needs-judgement', `${rule.message} It is at ${where}; how to change it is no matter of rules.`);
      refused ??= abstain(refusal.reason, `The code at ${where} stays: ${refusal.message}.`);
    }
  }
  return refused;
}

async function readTree(input: PlaybookInput, path: string): Promise<SourceTree | PlaybookAbstention> {
  const source = await input.readFile(path);
  if (source === undefined) return abstain('subject-not-found', `The base has no file ${path}.`);
  return parseTree(source, path) ?? abstain('source-unreadable', `The syntax of ${path} is not understood everywhere.`);
}

/** Functions by file, the subject's own file first. */
function searched(input: PlaybookInput, tree: SourceTree, symbol: string, symbols: readonly SourceSymbol[]): Frames {
  const owner = symbol.includes('.') ? symbol.slice(0, symbol.lastIndexOf('.')) : '';
  const called = callsWithin(tree.source, tree.path, symbol)
    .map(({ text }) => text.replace(/^(?:this|self)\./, `${owner}.`))
    .filter((name) => symbols.some((one) => one.name === name));
  const ids = [symbol, ...called].map((name) => `${tree.path}:${name}`);
  return byFileOf([...ids, ...(input.chain ?? []), ...(input.grownCallees ?? [])]);
}

function ownFirst(sites: readonly RuleSite[], subject: string): RuleSite[] {
  const isOwn = ({ frame }: RuleSite): boolean => frame === subject || frame.startsWith(`${subject}.`);
  return [...sites.filter(isOwn), ...sites.filter((site) => !isOwn(site))];
}

async function rewriteFile(
  tree: SourceTree,
  sites: readonly RuleSite[],
  { input, refusals, most, dir }: { input: PlaybookInput; refusals: PlaybookAbstention[]; most: number; dir: string },
): Promise<FileRewrite | undefined> {
  const language = ruleLanguageOf(tree.path);
  if (language === undefined) return undefined;
  const syntax = syntaxOf(language);
  const layout = layoutOf(tree);
  const hoisted = new HoistedDeclarations(syntax);
  const written = writtenIn(input, tree.path);
  const edits: TextEdit[] = [];
  const done: FileRewrite['sites'][number][] = [];
  for (const site of sites) {
    if (done.length === most) break;
    const first = site.rule.from === undefined ? undefined : capturesOf(site.match, site.rule.from)[0];
    const from = startOf(first ?? site.match);
    if (edits.some((edit) => from < edit.end && edit.start < endOf(site.match))) continue;
    const rewritten = await rewriteSite(site, {
      tree,
      syntax,
      layout,
      hoisted,
      dir,
      files: input,
      ...(written && { written }),
    });
    if ('reason' in rewritten) {
      const where = `${tree.path}:${site.match.range().start.line + 1}`;
      refusals.push(abstain(rewritten.reason, `The code at ${where} stays: ${rewritten.message}.`));
      continue;
    }
    edits.push(rewritten.edit);
    done.push({ site, explanation: rewritten.explanation });
  }
  if (done.length === 0) return undefined;
  const imports = importEdits(
    tree,
    done.map(({ site }) => site),
    { syntax, layout },
  );
  return {
    file: { path: tree.path, source: tree.source, edits: [...hoisted.edits({ tree, layout }), ...imports, ...edits] },
    sites: done,
  };
}

function writtenIn({ suspect }: PlaybookInput, path: string): ReadonlySet<number> | undefined {
  return suspect && new Set(suspect.written.filter((one) => one.path === path).flatMap(({ lines }) => lines));
}

function contextOf(match: RuleSite['match'], scope: Pick<SiteScope, 'tree' | 'syntax' | 'written'>): GuardContext {
  return { ...scope, match, captures: (name) => capturesOf(match, name) };
}

interface SiteScope {
  readonly tree: SourceTree;
  readonly syntax: LanguageSyntax;
  readonly layout: TemplateScope['layout'];
  readonly hoisted: HoistedDeclarations;
  /** Folder of the skill. */
  readonly dir: string;
  readonly files: FilesOfBase;
  readonly written?: ReadonlySet<number>;
}

// Where semicolons are left out, one at the start of a line belongs to the statement before it, as grammars see it.
const STRAY_SEMICOLON = /\s*\n\s*;$/;

async function rewriteSite(
  { rule, match, frame }: RuleSite,
  { tree, syntax, layout, hoisted, dir, files, written }: SiteScope,
): Promise<{ edit: TextEdit; explanation: string } | GuardRefusal> {
  const context = contextOf(match, { tree, syntax, ...(written && { written }) });
  const [first] = rule.from === undefined ? [] : capturesOf(match, rule.from);
  const refusal = (await typedRefusalOf(rule.guards, context, files)) ?? lostComment(rule, context, first);
  if (refusal) return refusal;
  const texts = new Map([['FUNCTION', frame]]);
  if (rule.script) {
    const answer = await askScript(dir, rule, questionOf({ rule, match, frame }, tree));
    if ('reason' in answer) return answer;
    for (const [name, text] of answer) texts.set(name, text);
  }
  for (const name of rule.names) texts.set(name.as, hoisted.nameFor(name, { tree, match }, frame));
  for (const hoist of rule.hoist) {
    const added = hoisted.add(hoist, { tree, layout, match, texts }, frame);
    if ('reason' in added) return added;
    texts.set(hoist.as, added.name);
  }
  const scope = { tree, layout, match, texts };
  const start = startOf(first ?? match);
  const end = endOf(match) - (STRAY_SEMICOLON.exec(match.text())?.[0].length ?? 0);
  const text = expandTemplate(rule.fix ?? '', scope, indentAt(tree.source, start), tree.source.slice(end));
  const explanation = expandTemplate(rule.explanation ?? rule.message, scope, '');
  return { edit: { start, end, text }, explanation };
}

function questionOf({ rule, match, frame }: RuleSite, { path }: SourceTree): ScriptQuestion {
  const names = variablesOf(JSON.stringify(rule.config));
  const captures = names.map((name) => {
    const one = match.getMatch(name)?.text();
    return [name, one ?? match.getMultipleMatches(name).map((node) => node.text())] as const;
  });
  return { rule: rule.id, path, function: frame, match: match.text(), captures: Object.fromEntries(captures) };
}

/** A comment in what is replaced must be in a part that the fix keeps. */
function lostComment(
  rule: PlaybookRule,
  { match, syntax, captures }: GuardContext,
  first: GuardContext['match'] | undefined,
): GuardRefusal | undefined {
  const kept = [rule.fix ?? '', ...rule.hoist.map(({ declare }) => declare)].flatMap(variablesOf).flatMap(captures);
  const isLost = (node: GuardContext['match']): boolean => {
    if (kept.some((one) => one.id() === node.id())) return false;
    if (syntax.commentKinds.has(String(node.kind()))) return !between(node, kept);
    return node.children().some(isLost);
  };
  return [match, ...(first ? [first] : [])].some(isLost)
    ? { reason: 'comment-inside', message: 'a comment in it would be lost' }
    : undefined;
}

// `$$$BODY` becomes the text from its first to its last node, comments between them included.
function between(node: GuardContext['match'], kept: readonly GuardContext['match'][]): boolean {
  const siblings = kept.filter((one) => one.parent()?.id() === node.parent()?.id());
  return siblings.some((one) => endOf(one) <= startOf(node)) && siblings.some((one) => startOf(one) >= endOf(node));
}

function importEdits(
  tree: SourceTree,
  sites: readonly RuleSite[],
  { syntax, layout }: Pick<SiteScope, 'syntax' | 'layout'>,
): TextEdit[] {
  const wanted = sites.flatMap(({ rule }) => rule.imports);
  const edits = new Map<string, TextEdit>();
  for (const { module, action } of wanted) {
    if (action !== 'add') continue;
    const edit = syntax.importInsertion(tree, module, layout);
    if (edit) edits.set(`add ${module}`, edit);
  }
  const isReplaced = edits.size > 0;
  for (const { module, action } of wanted) {
    if (action !== 'drop' || !isOnlyUsedBy(sites, module, { tree, syntax })) continue;
    const edit = syntax.importRemoval(tree, module, isReplaced);
    if (edit) edits.set(`drop ${module}`, edit);
  }
  return [...edits.values()];
}

function isOnlyUsedBy(
  sites: readonly RuleSite[],
  module: string,
  { tree, syntax }: Pick<SiteScope, 'tree' | 'syntax'>,
): boolean {
  const local = syntax.importedAs(tree.root, module);
  if (local === undefined) return false;
  const uses = syntax.occurrencesOf(tree.root, local).filter((use) => !syntax.isBindingOrWrite(use));
  return uses.every((use) =>
    sites.some(
      ({ rule, match }) =>
        startOf(match) <= startOf(use) &&
        endOf(use) <= endOf(match) &&
        !variablesOf(rule.fix ?? '').some((name) =>
          capturesOf(match, name).some((kept) => startOf(kept) <= startOf(use) && endOf(use) <= endOf(kept)),
        ),
    ),
  );
}

function summed(rewrites: readonly FileRewrite[], refusals: readonly PlaybookAbstention[]): PlaybookRewrite {
  const sites = rewrites.flatMap((rewrite) => rewrite.sites.map((one) => ({ ...one, path: rewrite.file.path })));
  const explanations = [...new Set(sites.map(({ explanation }) => explanation))];
  return {
    files: rewrites.map(({ file }) => file),
    summary: explanations.join(' '),
    facts: [
      ...sites.map(({ site, path }) => ({
        text: `${site.frame}: ${site.rule.message}`,
        evidence: [`${path}:${site.match.range().start.line + 1}`],
      })),
      ...refusals.map((one) => ({ text: `${one.message} (${one.reason})`, evidence: [rewrites[0]!.file.path] })),
    ],
  };
}
