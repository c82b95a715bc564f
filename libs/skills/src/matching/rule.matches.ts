import { isSourcePath, parseFunctionId } from '@headroom/source';
import { byFileOf } from '../playbooks/frames.js';
import { sitesOf } from '../rules/rule.sites.js';
import { parseTree, type SourceTree } from '../syntax/source.tree.js';
import type { MatchInput } from './match.input.js';

/**
 * What decides `rule:` predicates: whether a rule matches in the given functions. Their files are read here, once; a frame that is no
 * function of a readable file of the repository is passed over.
 * @param frames function identities: those of the finding, not of a whole profile
 */
export async function ruleMatcher(
  frames: readonly string[],
  readFile: (path: string) => Promise<string | undefined> | string | undefined,
): Promise<NonNullable<MatchInput['ruleMatches']>> {
  const trees: { tree: SourceTree; names: ReadonlySet<string> }[] = [];
  for (const [path, names] of byFileOf(frames.filter(isFirstParty))) {
    const source = await readFile(path);
    const tree = source === undefined ? undefined : parseTree(source, path);
    if (tree) trees.push({ tree, names });
  }
  return (_skill, rule) => trees.some(({ tree, names }) => sitesOf([rule], tree, names).length > 0);
}

function isFirstParty(id: string): boolean {
  try {
    const { path } = parseFunctionId(id);
    return isSourcePath(path) && !/(?:^|\/)(?:node_modules|site-packages)\//.test(path);
  } catch {
    return false;
  }
}
