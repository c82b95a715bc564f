import type { SgNode } from '@ast-grep/napi';
import { endOf, startOf } from '../../syntax/source.tree.js';

/** What an expression is, in the words of `type` and `elements` guards. */
export interface CompiledType {
  /** `array`, `string`, `number`, `boolean`, `bigint`, `map`, `set`, `regexp` or `object`. */
  readonly is: string;
  /** Of an array whose elements are all of one primitive type, or objects: `string`, `number`, `boolean`, `bigint`, or the type's name. */
  readonly elements?: string;
}

/** Types of the expressions of one file, as the compiler of its project sees them. */
export class CompiledTypes {
  readonly #byRange = new Map<string, CompiledType>();

  /** @param start first offset of the expression, in UTF-16 code units; `end` is behind it */
  set(start: number, end: number, type: CompiledType): void {
    this.#byRange.set(`${start}:${end}`, type);
  }

  of(node: SgNode): CompiledType | undefined {
    return this.#byRange.get(`${startOf(node)}:${endOf(node)}`);
  }
}

const known = new WeakMap<SgNode, CompiledTypes>();

/** Lets {@link compiledTypeOf} answer for a tree. */
export function knowTypes(root: SgNode, types: CompiledTypes): void {
  known.set(root, types);
}

/** What the compiler says of an expression; undefined where it was not asked or does not know. */
export function compiledTypeOf(expression: SgNode, root: SgNode): CompiledType | undefined {
  return known.get(root)?.of(expression);
}
