import type { SgNode } from '@ast-grep/napi';
import { freeName } from '../syntax/bindings.js';
import { endOf, kindOf, startOf } from '../syntax/source.tree.js';
import { indentAt, lineStart, type TextEdit } from '../syntax/text.layout.js';
import type { GuardRefusal } from './guards/guard.js';
import { loopAround } from './guards/scopes.js';
import type { LanguageSyntax } from './languages/language.syntax.js';
import type { Hoist, NewName } from './rule.file.js';
import { capturesOf, expandTemplate, variablesOf, type TemplateScope } from './template.js';

/** Where a declaration goes. */
interface Place {
  readonly offset: number;
  /** The node whose indentation it has; none for the module. */
  readonly indentOf?: SgNode;
  /** One step deeper than that node. */
  readonly deeper?: boolean;
}

/** Declarations of one file that rewrites need, equal ones only once. */
export class HoistedDeclarations {
  readonly #syntax: LanguageSyntax;
  readonly #taken = new Set<string>();
  readonly #names = new Map<string, string>();
  readonly #moduleLines: string[] = [];
  readonly #edits: TextEdit[] = [];

  constructor(syntax: LanguageSyntax) {
    this.#syntax = syntax;
  }

  /**
   * Takes up the declarations of a match and gives the names that stand for them by their `as`, or why there is no place for one: none
   * is taken up then.
   * @param frame name of the function around the match
   */
  add(hoists: readonly Hoist[], scope: TemplateScope, frame: string): ReadonlyMap<string, string> | GuardRefusal {
    const places: Place[] = [];
    for (const hoist of hoists) {
      const place = this.#placeOf(hoist, scope.match);
      if ('reason' in place) return place;
      places.push(place);
    }
    const names = new Map<string, string>();
    for (const [index, hoist] of hoists.entries()) {
      const texts = new Map([...scope.texts, ...names]);
      names.set(hoist.as, this.#declare(hoist, { ...scope, texts }, { place: places[index]!, frame }));
    }
    return names;
  }

  #declare(hoist: Hoist, scope: TemplateScope, { place, frame }: { place: Place; frame: string }): string {
    const indent = place.indentOf
      ? indentAt(scope.tree.source, startOf(place.indentOf)) + (place.deeper ? scope.layout.indent : '')
      : '';
    const pattern = expandTemplate(hoist.declare, withName(scope, hoist.as, `$${hoist.as}`), indent);
    const key = `${hoist.to}:${place.offset}:${pattern}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = freeName(
      scope.tree.root,
      nameOf(hoist, scope.match, frame),
      this.#taken,
      hoist.case === 'camel' ? '' : '_',
    );
    this.#names.set(key, name);
    const follows = hoist.to === 'loop' || hoist.to === 'statement' ? scope.tree.source.slice(place.offset) : '';
    const text = expandTemplate(hoist.declare, withName(scope, hoist.as, name), indent, follows);
    const { eol } = scope.layout;
    if (hoist.to === 'module') this.#moduleLines.push(text);
    else if (hoist.to === 'class') {
      const isFollowedByBlank = /^[ \t]*\r?\n[ \t]*\r?\n/.test(scope.tree.source.slice(place.offset));
      const after = isFollowedByBlank ? '' : eol;
      this.#edits.push({ start: place.offset, end: place.offset, text: `${eol}${indent}${text}${after}` });
    } else this.#edits.push({ start: place.offset, end: place.offset, text: `${indent}${text}${eol}` });
    return name;
  }

  /** Makes a name for a variable that the fix itself declares. */
  nameFor(wanted: NewName, { tree, match }: Pick<TemplateScope, 'tree' | 'match'>, frame: string): string {
    return freeName(tree.root, nameOf(wanted, match, frame), this.#taken, wanted.case === 'camel' ? '' : '_');
  }

  /** Edits that put every declaration in its place. */
  edits({ tree, layout }: Pick<TemplateScope, 'tree' | 'layout'>): TextEdit[] {
    const own = this.#moduleLines.length > 0 ? [this.#syntax.moduleInsertion(tree, this.#moduleLines, layout)] : [];
    return [...own, ...this.#edits];
  }

  #placeOf(hoist: Hoist, match: SgNode): Place | GuardRefusal {
    if (hoist.to === 'module') return { offset: 0 };
    if (hoist.to === 'class') {
      const start = this.#syntax.classStart?.(match);
      return start ? { ...start, deeper: true } : { reason: 'not-in-class', message: 'no class is around it' };
    }
    const loop = hoist.to === 'loop' ? loopAround({ match, syntax: this.#syntax }) : match;
    if (!loop) return { reason: 'not-in-loop', message: 'no loop of the function is around it' };
    const path = [loop, ...loop.ancestors()];
    const statement = path.find((node) => this.#syntax.blockKinds.has(kindOf(node.parent())));
    if (!statement || path.slice(0, path.indexOf(statement)).some((node) => this.#isHeaded(node)))
      return { reason: 'unsupported-position', message: 'there is no place for a declaration before it' };
    const source = rootOf(statement).text();
    const line = lineStart(source, startOf(statement));
    if (source.slice(line, startOf(statement)).trim() !== '') {
      return { reason: 'unsupported-position', message: 'another statement stands on its line' };
    }
    const late = variablesOf(hoist.declare)
      .flatMap((name) => capturesOf(match, name))
      .find((node) => this.#isDeclaredWithin(node, statement));
    return late
      ? { reason: 'unsupported-position', message: `\`${late.text()}\` is declared later` }
      : { offset: line, indentOf: statement };
  }

  /** Whether other code runs between the start of the statement around and a part of it, or may run that part again. */
  #isHeaded(part: SgNode): boolean {
    const kind = kindOf(part);
    if (this.#syntax.functionKinds.has(kind)) return true;
    if (!/_statement$|_declaration$|^else_clause$/.test(kind)) return false;
    const around = part.parent();
    if (/^(?:labeled_statement|else_clause)$/.test(kindOf(around))) return false;
    const condition = around?.kind() === 'if_statement' ? around.field('condition') : null;
    return !condition || this.#syntax.sideEffectIn(condition, rootOf(part)) !== undefined;
  }

  /** Whether a name of what is hoisted only gets its meaning inside the statement that it is moved before. */
  #isDeclaredWithin(node: SgNode, statement: SgNode): boolean {
    const names = [node, ...node.findAll({ rule: { regex: '^' } })].filter((one) => one.children().length === 0);
    return names.some((name) =>
      this.#syntax
        .occurrencesOf(statement, name.text())
        .some((use) => this.#syntax.isDeclaration(use) && !overlaps(use, node)),
    );
  }
}

function rootOf(node: SgNode): SgNode {
  return node.ancestors().at(-1) ?? node;
}

function withName(scope: TemplateScope, as: string, name: string): TemplateScope {
  return { ...scope, texts: new Map([...scope.texts, [as, name]]) };
}

function nameOf({ name, case: style }: NewName, match: SgNode, frame: string): string {
  const text = name.replaceAll(/\$([A-Z_][A-Z0-9_]*)/g, (_all, variable: string) =>
    variable === 'FUNCTION'
      ? (frame.split('.').at(-1) ?? '')
      : (capturesOf(match, variable)[0]?.text() ?? match.getTransformed(variable) ?? ''),
  );
  const words = text
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .split(/[^\p{ID_Continue}]+|_+/u)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
  const joined =
    style === 'upper'
      ? words.join('_').toUpperCase()
      : style === 'snake'
        ? words.join('_')
        : words.map((word, index) => (index === 0 ? word : word[0]!.toUpperCase() + word.slice(1))).join('');
  return /^[\p{ID_Start}_]/u.test(joined) ? joined : `_${joined}`;
}

/** Whether two ranges share a character. */
export function overlaps(a: SgNode, b: SgNode): boolean {
  return startOf(a) < endOf(b) && startOf(b) < endOf(a);
}
