import { patchOfTexts } from '@headroom/workspace';
import type { Edit, PatchWorkspace } from '../ports.js';

/** Files in memory that can be edited; the diff is made by git. */
export class MemoryWorkspace implements PatchWorkspace {
  readonly #base: Readonly<Record<string, string>>;
  #files: Record<string, string>;

  constructor(base: Readonly<Record<string, string>>) {
    this.#base = base;
    this.#files = { ...base };
  }

  async reset(): Promise<void> {
    this.#files = { ...this.#base };
  }

  async edit({ path, search, replace }: Edit): Promise<{ ok: boolean; message: string }> {
    const text = this.#files[path];
    if (text === undefined) return { ok: false, message: `There is no ${path}.` };
    if (text.split(search).length !== 2)
      return { ok: false, message: `The text does not stand in ${path} exactly once.` };
    this.#files[path] = text.replace(search, () => replace);
    return { ok: true, message: `Edited ${path}.` };
  }

  async diff(): Promise<string> {
    const changed = Object.keys(this.#base).filter((path) => this.#files[path] !== this.#base[path]);
    if (changed.length === 0) return '';
    return patchOfTexts(
      changed.map((path) => ({ path, before: this.#base[path] ?? null, after: this.#files[path] ?? null })),
      { contextLines: 3 },
    );
  }
}
