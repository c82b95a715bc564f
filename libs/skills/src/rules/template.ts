import type { SgNode } from '@ast-grep/napi';
import { endOf, startOf, type SourceTree } from '../syntax/source.tree.js';
import { goesOn, indentAt, reindented, type TextLayout } from '../syntax/text.layout.js';

/** Stands for the whole match. */
export const MATCH_VARIABLE = 'MATCH';

/** Nodes that a metavariable of a match stands for. */
export function capturesOf(match: SgNode, name: string): SgNode[] {
  if (name === MATCH_VARIABLE) return [match];
  const one = match.getMatch(name);
  return one ? [one] : match.getMultipleMatches(name);
}

/** Everything that the text of a template depends on. */
export interface TemplateScope {
  readonly tree: SourceTree;
  readonly layout: TextLayout;
  readonly match: SgNode;
  /** Texts of names that are no metavariables of the match, such as what is hoisted. */
  readonly texts: ReadonlyMap<string, string>;
}

const VARIABLE = /\${1,3}([A-Z_][A-Z0-9_]*)/g;

/**
 * Text of a template with its metavariables replaced. Lines behind the first are indented from where the code goes, in the file's own
 * steps (two blanks of the template are one); code of several lines moves with the line that it is put on, its strings left alone.
 *
 * @param indent indentation of the line that the text goes to
 * @param follows source behind it; decides whether a semicolon may be left out where the file has none
 */
export function expandTemplate(template: string, scope: TemplateScope, indent: string, follows = ''): string {
  const written = template.replace(/\n$/, '').split('\n');
  const lines = written.map((line, index) => {
    const own = /^ */.exec(line)![0];
    const at = index === 0 ? indent : indent + scope.layout.indent.repeat(Math.floor(own.length / 2));
    const text = line
      .slice(own.length)
      .replaceAll(VARIABLE, (all, name: string) => variableText(name, scope, at) ?? all);
    return index === 0 || text === '' ? text : at + text;
  });
  const isBare = (index: number): boolean =>
    scope.layout.semicolon === '' && written[index]!.endsWith(';') && !goesOn(lines[index + 1] ?? follows);
  return lines.map((line, index) => (isBare(index) ? line.slice(0, -1) : line)).join(scope.layout.eol);
}

function variableText(name: string, { tree, match, texts }: TemplateScope, indent: string): string | undefined {
  const given = texts.get(name);
  if (given !== undefined) return given;
  const nodes = capturesOf(match, name);
  if (nodes.length === 0) return match.getTransformed(name) ?? (isBound(name, match) ? '' : undefined);
  const [first, last] = [nodes[0]!, nodes.at(-1)!];
  return reindented(tree, startOf(first), endOf(last), indentAt(tree.source, startOf(first)), indent);
}

// `$$$A` that matched nothing is bound all the same, and its text is empty.
function isBound(name: string, match: SgNode): boolean {
  return match.getMultipleMatches(name).length === 0;
}

/** Names of the metavariables that a template puts into the code. */
export function variablesOf(template: string): string[] {
  return [...template.matchAll(VARIABLE)].map((match) => match[1]!);
}

/** Names of the metavariables behind which a line of a template goes on. */
export function variablesWithin(template: string): string[] {
  return template
    .split('\n')
    .flatMap((line) =>
      [...line.matchAll(VARIABLE)]
        .filter((match) => line.slice(match.index + match[0].length).trim() !== '')
        .map((match) => match[1]!),
    );
}
