import { MOST_CANDIDATES, REPAIRS } from '../budget/budgets.js';
import type { Candidate } from '../outcome.js';
import type { Edit } from '../ports.js';
import type { World } from './world.js';

/** What a call of the drafting tools is answered. */
export interface DraftReply {
  ok: boolean;
  text: string;
}

interface Drafting {
  number: number;
  title: string;
  idea: string;
  edits: number;
  refusals: number;
}

const no = (text: string): DraftReply => ({ ok: false, text });
const yes = (text: string): DraftReply => ({ ok: true, text });

/** The candidates of a run: one is drafted at a time, from the base. */
export class Drafts {
  readonly finished: Candidate[] = [];
  readonly #world: World;
  #begun = 0;
  #drafting: Drafting | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /** Which candidate is drafted, and how far it is; the same call at another place is another call. */
  get place(): string {
    return this.#drafting ? `${this.#drafting.number}.${this.#drafting.edits}` : `after ${this.#begun}`;
  }

  /** The candidate that is being drafted, with its edits so far. */
  async drafting(): Promise<{ number: number; title: string; patch: string } | undefined> {
    if (!this.#drafting) return undefined;
    const { number, title } = this.#drafting;
    const { patch } = await this.#world.ask({ kind: 'diff' });
    return { number, title, patch };
  }

  async begin({ title, idea }: { title: string; idea: string }): Promise<DraftReply> {
    if (this.#begun >= MOST_CANDIDATES)
      return no(`There are ${MOST_CANDIDATES} candidates already; conclude with them.`);
    const left = this.#drafting;
    await this.#world.ask({ kind: 'reset' });
    this.#begun++;
    this.#drafting = { number: this.#begun, title, idea, edits: 0, refusals: 0 };
    const dropped = left && left.edits > 0 ? ` Candidate ${left.number} was not finished and is dropped.` : '';
    return yes(`Candidate ${this.#begun} begins at the base.${dropped}`);
  }

  async edit(edit: Edit): Promise<DraftReply> {
    if (!this.#drafting) return no('No candidate was begun: call begin_candidate first.');
    const { ok, message } = await this.#world.ask({ kind: 'edit', edit });
    if (ok) this.#drafting.edits++;
    return { ok, text: message };
  }

  async finish(): Promise<DraftReply> {
    const drafting = this.#drafting;
    if (!drafting) return no('No candidate was begun: call begin_candidate first.');
    const { patch, files, changedLines, refused } = await this.#world.ask({ kind: 'diff' });
    if (refused !== undefined) return this.#refused(drafting, [refused]);
    if (patch === '') return no('The candidate changes nothing: call propose_edit first.');
    const same = this.finished.find((each) => each.patch === patch);
    if (same) return no(`Candidate ${same.number} makes the same change; draft another idea, or conclude.`);
    const problems = await this.#world.ask({ kind: 'gates', patch, files });
    const { number, title, idea } = drafting;
    if (problems.length > 0) return this.#refused(drafting, problems);
    this.finished.push({ number, title, idea, patch, files: [...files], changedLines });
    this.#drafting = undefined;
    return yes(`Candidate ${number} is finished: ${files.join(', ')}. Draft another idea, or conclude.`);
  }

  /** The most conservative edit first. */
  ranked(): Candidate[] {
    return this.finished.toSorted(
      (a, b) => a.files.length - b.files.length || a.changedLines - b.changedLines || a.number - b.number,
    );
  }

  #refused(drafting: Drafting, problems: readonly string[]): DraftReply {
    drafting.refusals++;
    const told = problems.join('\n');
    if (drafting.refusals > REPAIRS) {
      this.#drafting = undefined;
      return no(`Candidate ${drafting.number} is dropped, its repairs are used up:\n${told}`);
    }
    const left = REPAIRS - drafting.refusals + 1;
    return no(
      `Candidate ${drafting.number} is not in order (${left} tries left); mend it with propose_edit, then finish it:\n${told}`,
    );
  }
}
