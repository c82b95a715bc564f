import { listSymbols, type SourceSymbol } from '@headroom/source';
import type { SgNode } from '@ast-grep/napi';
import { frameAt } from '../playbooks/frames.js';
import { startOf, type SourceTree } from '../syntax/source.tree.js';
import { ruleLanguageOf } from './languages/language.registry.js';
import type { PlaybookRule } from './rule.file.js';

/** A match of a rule in a named function. */
export interface RuleSite {
  readonly rule: PlaybookRule;
  readonly match: SgNode;
  /** Name of the function that it is in. */
  readonly frame: string;
}

/**
 * Matches of rules in some functions of a file, functions nested in them included, in source order. Rules for other languages match
 * nothing.
 * @param names qualified names of the functions
 */
export function sitesOf(
  rules: readonly PlaybookRule[],
  tree: SourceTree,
  names: ReadonlySet<string>,
  symbols: readonly SourceSymbol[] = listSymbols(tree.source, tree.path),
): RuleSite[] {
  const language = ruleLanguageOf(tree.path);
  return rules
    .filter((rule) => rule.language === language)
    .flatMap((rule) =>
      tree.root.findAll(rule.config).flatMap((match) => {
        const frame = frameAt(match, symbols, names);
        return frame === undefined || frame === '<module>' ? [] : [{ rule, match, frame }];
      }),
    )
    .sort((a, b) => startOf(a.match) - startOf(b.match));
}
