import type { SgNode } from '@ast-grep/napi';
import type { SourceTree } from '../../syntax/source.tree.js';
import type { TextEdit, TextLayout } from '../../syntax/text.layout.js';

/** A call: what is called, and with what. */
export interface CallParts {
  readonly callee: SgNode;
  readonly args: readonly SgNode[];
}

/**
 * What guards and rewrites must know of a language. Everything errs on the side of refusing: a construct that is not understood counts
 * as a write, a side effect, or an escape.
 */
export interface LanguageSyntax {
  /** Kinds of node that are functions with a body of their own. */
  readonly functionKinds: ReadonlySet<string>;
  /** Kinds of node that run their body again and again. */
  readonly loopKinds: ReadonlySet<string>;
  /** Kinds of node whose children are statements. */
  readonly blockKinds: ReadonlySet<string>;
  readonly commentKinds: ReadonlySet<string>;
  /** Kinds of node that leave a loop, a function, or the run of the program early. */
  readonly jumpKinds: ReadonlySet<string>;
  /** Literals whose value is fixed when the program is written. */
  readonly literalKinds: ReadonlySet<string>;
  /** Methods that change nothing of their receiver. */
  readonly readingMethods: ReadonlySet<string>;
  /** Functions of the language that change nothing of their arguments and keep none of them. */
  readonly readingFunctions: ReadonlySet<string>;
  /** Kinds of node that keep a value that stands in them, or hand it on: it may then be changed under another name. */
  readonly keepingKinds: ReadonlySet<string>;
  /** Every occurrence of a name as a value below a node; property names are not counted. */
  occurrencesOf(root: SgNode, name: string): SgNode[];
  /** Whether an occurrence declares the name or writes to it. */
  isBindingOrWrite(node: SgNode): boolean;
  /** Whether an occurrence is the declaration of a parameter or of a variable (not only a write). */
  isDeclaration(node: SgNode): boolean;
  /** Whether an occurrence lets other code reach the variable: it takes its address, or says that it is one of an outer scope. */
  isShared?(node: SgNode): boolean;
  /** Names that the file declares or writes anywhere. */
  boundNames(root: SgNode): ReadonlySet<string>;
  callParts(node: SgNode): CallParts | undefined;
  /** The method call whose receiver a node is. */
  receiverCall(node: SgNode): { readonly call: SgNode; readonly method: string } | undefined;
  /** Object and property of a member access such as `a.b`; `[]` is the property of an element, `a[i]`. */
  memberParts(node: SgNode): { readonly object: SgNode; readonly property: string } | undefined;
  /** Whether a node is the target of an element or member assignment, `a[i] = …` or `a.b = …`; given the access. */
  isWritten(access: SgNode): boolean;
  /** Source text of the first part that could be noticed when the expression is not evaluated; undefined for none. */
  sideEffectIn(expression: SgNode, root: SgNode): string | undefined;
  /** What an expression is, as far as the file itself shows it: `array`, `string`, `map`, `set`, `object`, `number`, … */
  typeOf(expression: SgNode, root: SgNode): string | undefined;
  /** Whether the name of a module or package is imported, unshadowed; `local` is the name it has in the file. */
  importedAs(root: SgNode, module: string): string | undefined;
  /** Edit that adds lines behind the imports of a file. */
  moduleInsertion(tree: SourceTree, lines: readonly string[], layout: TextLayout): TextEdit;
  /** Whether a file gives the name that a module has by default to something else, or another name to the module. */
  hasOtherImport(root: SgNode, module: string): boolean;
  /** Edit that imports a module; undefined where it is imported. */
  importInsertion(tree: SourceTree, module: string, layout: TextLayout): TextEdit | undefined;
  /**
   * Edit that takes an import away; undefined where there is none that stands alone.
   * @param isReplaced whether the same patch adds another one, so that a list of imports is not left empty
   */
  importRemoval(tree: SourceTree, module: string, isReplaced: boolean): TextEdit | undefined;
  /** Place of the first member in the class around a node; undefined outside a class. */
  classStart?(node: SgNode): { readonly offset: number; readonly indentOf: SgNode } | undefined;
  /** What keeps an object from having the same content all through a scope, other code that runs meanwhile included. */
  stillProblem?(object: SgNode, scope: SgNode, root: SgNode): string | undefined;
  /** Whether the file shows that an array has no holes. */
  isDense?(expression: SgNode, root: SgNode): boolean;
  /** What could be noticed when a function is called fewer times; undefined for nothing. */
  visitorProblem?(visitor: SgNode, tree: SourceTree): string | undefined;
  /** Whether the values of a map are never undefined or null. */
  hasNoEmptyValues?(map: SgNode, root: SgNode): boolean;
  /** Whether a node is a function written in place that runs at once, with at most so many parameters. */
  isVisitor?(node: SgNode, most: number): boolean;
  /** Whether the value of an expression is only read where it stands. */
  isOnlyRead?(node: SgNode, root: SgNode): boolean;
  /** Whether evaluating an expression costs nothing and cannot fail. */
  isTrivial?(node: SgNode): boolean;
  /** Why an object made of literals may not be made once for all calls; undefined when it may. */
  buildProblem?(node: SgNode): string | undefined;
  /** Whether a node of a loop is evaluated once, before its first round. */
  runsOnce?(loop: SgNode, node: SgNode): boolean;
  /** Whether code that reads an expression takes it well when its type gains undefined. */
  takesUndefined?(node: SgNode, tree: SourceTree): boolean;
  /** Whether the file shows that a logger has `isLevelEnabled`. */
  hasLevelCheck?(logger: SgNode, root: SgNode): boolean;
  /** Type of an array's elements, as far as the file shows it. */
  elementTypeOf?(array: SgNode, root: SgNode): string | undefined;
}
