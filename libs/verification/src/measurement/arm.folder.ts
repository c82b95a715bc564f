import { folderPrint } from '@headroom/workspace';

/**
 * The working folder of one arm. Every run finds the same files in it: where a run left other ones, whether as a cache or to
 * make the next run look faster, the next one gets a new folder.
 */
export class ArmFolder {
  readonly #make: () => Promise<string>;
  readonly #prepare: (dir: string) => Promise<void>;
  #current: { dir: string; print: string } | undefined;
  /** Runs after which the folder was another one. */
  renewed = 0;

  /** @param parts `make`: makes the folder anew; `prepare`: brings it into the state in which a run finds it */
  constructor(parts: { make: () => Promise<string>; prepare: (dir: string) => Promise<void> }) {
    this.#make = parts.make;
    this.#prepare = parts.prepare;
  }

  async use<Result>(run: (dir: string) => Promise<Result>): Promise<Result> {
    const { dir, print } = (this.#current ??= await this.#made());
    const result = await run(dir);
    if ((await folderPrint(dir)) !== print) {
      this.renewed++;
      this.#current = undefined;
    }
    return result;
  }

  async #made(): Promise<{ dir: string; print: string }> {
    const dir = await this.#make();
    await this.#prepare(dir);
    return { dir, print: await folderPrint(dir) };
  }
}
