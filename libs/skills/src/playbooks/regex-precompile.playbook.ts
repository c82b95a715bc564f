import { callsWithin, listSymbols, parseFunctionId, type SourceSymbol } from '@headroom/source';
import type { SgNode } from '@ast-grep/napi';
import { boundNames, freeName } from '../syntax/bindings.js';
import { endOf, parseTree, startOf, type SourceTree } from '../syntax/source.tree.js';
import { layoutOf, moduleInsertion, type TextEdit } from '../syntax/text.layout.js';
import { frameAt } from './frames.js';
import { abstain, MAX_SITES, type Playbook, type PlaybookAbstention, type PlaybookRewrite } from './playbook.js';
import { checkConstruction, type RegexConstruction } from './regex-construction.js';

/** Above this many places, only those in the subject itself are changed. */
const FEW_SITES = 3;

interface Site extends RegexConstruction {
  /** Name of the function that it is in. */
  readonly frame: string;
}

interface Found {
  readonly sites: readonly Site[];
  readonly refusals: readonly PlaybookAbstention[];
}

/**
 * Moves regular expressions that a hot function builds from literals on every call to constants of its module. The subject is
 * looked at, and the functions of the same file that it calls directly; of more than three places only those in the subject,
 * at most {@link MAX_SITES}. The constructions keep their text, and equal ones share a constant.
 */
export const regexPrecompilePlaybook: Playbook = {
  skill: 'regex-precompile',
  rules: ['regex-construction'],
  rewrite: async (input, rules) => {
    const { path, symbol } = parseFunctionId(input.subject);
    const source = await input.readFile(path);
    if (source === undefined) return abstain('subject-not-found', `The base has no file ${path}.`);
    const tree = parseTree(source, path);
    if (!tree) return abstain('source-unreadable', `The syntax of ${path} is not understood everywhere.`);
    const symbols = listSymbols(source, path);
    if (!symbols.some((one) => one.name === symbol)) {
      return abstain('subject-not-found', `${path} has no function ${symbol} on the base.`);
    }
    if (symbol === '<module>')
      return abstain('not-in-function', 'Code of a module runs once: there is nothing to move.');
    if (boundNames(tree.root).has('RegExp')) {
      return abstain('regexp-shadowed', `${path} declares or assigns RegExp itself.`);
    }
    const nodes = tree.root.findAll(rules.get('regex-construction')!.config);
    const found = chosen(tree, nodes, symbols, symbol);
    if (found.sites.length > 0) return rewriteOf(tree, found);
    return (
      found.refusals[0] ?? abstain('no-literal-construction', `${symbol} builds no regular expression from literals.`)
    );
  },
};

function chosen(tree: SourceTree, nodes: readonly SgNode[], symbols: readonly SourceSymbol[], subject: string): Found {
  const own = checkedIn(tree, nodes, symbols, new Set([subject]));
  const called = checkedIn(tree, nodes, symbols, calleesOf(tree, symbols, subject), own.sites);
  const refusals = [...own.refusals, ...called.refusals];
  const all = [...own.sites, ...called.sites];
  if (all.length <= FEW_SITES || own.sites.length === 0) return { sites: all.slice(0, MAX_SITES), refusals };
  return { sites: own.sites.slice(0, MAX_SITES), refusals: own.refusals };
}

function calleesOf(tree: SourceTree, symbols: readonly SourceSymbol[], subject: string): ReadonlySet<string> {
  const owner = subject.includes('.') ? subject.slice(0, subject.lastIndexOf('.')) : '';
  const calls = callsWithin(tree.source, tree.path, subject);
  const names = calls.map(({ text }) => (text.startsWith('this.') ? `${owner}.${text.slice(5)}` : text));
  return new Set(names.filter((name) => name !== subject && symbols.some((symbol) => symbol.name === name)));
}

function checkedIn(
  tree: SourceTree,
  nodes: readonly SgNode[],
  symbols: readonly SourceSymbol[],
  names: ReadonlySet<string>,
  known: readonly Site[] = [],
): Found {
  const sites: Site[] = [];
  const refusals: PlaybookAbstention[] = [];
  for (const node of nodes) {
    const frame = frameAt(node, symbols, names);
    if (frame === undefined || known.some((site) => site.node.id() === node.id())) continue;
    const checked = checkConstruction(node, tree.root);
    if ('node' in checked) sites.push({ ...checked, frame });
    else {
      const where = `${tree.path}:${node.range().start.line + 1}`;
      refusals.push(abstain(checked.reason, `The regular expression at ${where} stays: ${checked.message}.`));
    }
  }
  return { sites, refusals };
}

function rewriteOf(tree: SourceTree, { sites, refusals }: Found): PlaybookRewrite {
  const layout = layoutOf(tree);
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const lines: string[] = [];
  const edits: TextEdit[] = [];
  for (const { node, key, local, frame } of sites) {
    let name = names.get(key);
    if (name === undefined) {
      name = freeName(tree.root, constantName(local, frame), taken, '_');
      names.set(key, name);
      lines.push(`const ${name} = ${node.text()}${layout.semicolon}`);
    }
    edits.push({ start: startOf(node), end: endOf(node), text: name });
  }
  const frames = [...new Set(sites.map((site) => site.frame))].join(', ');
  const what = names.size === 1 ? 'a regular expression' : `${names.size} regular expressions`;
  return {
    files: [{ path: tree.path, source: tree.source, edits: [moduleInsertion(tree, lines, layout), ...edits] }],
    summary: `Precompiles ${what} of ${frames} when the module loads.`,
    facts: [
      ...sites.map((site) => ({
        text: `${site.frame} builds a regular expression from literals, without state between uses, and only matches with it.`,
        evidence: [`${tree.path}:${site.node.range().start.line + 1}`],
      })),
      ...refusals.map((one) => ({ text: `${one.message} (${one.reason})`, evidence: [tree.path] })),
    ],
  };
}

/** `wordPattern` becomes `WORD_PATTERN`; without a variable, the function `tokenize` gives `TOKENIZE_PATTERN`. */
function constantName(local: string | undefined, frame: string): string {
  const name = local ?? frame.split('.').at(-1) ?? '';
  const words = name
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .split(/[^\p{ID_Continue}]+|_+/u)
    .filter((word) => word !== '')
    .map((word) => word.toUpperCase());
  if (/^(?:RE|RX|REGEX|REGEXP|PATTERN)$/.test(words.at(-1) ?? '')) words.pop();
  const base = [...words, 'PATTERN'].join('_');
  return /^[\p{ID_Start}_]/u.test(base) ? base : `_${base}`;
}
