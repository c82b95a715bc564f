import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HeadroomError } from '@headroom/contracts';
import {
  brokenPathRule,
  patchOfTexts,
  policyViolations,
  type ChangedText,
  type GitMirror,
  type PolicyLimits,
} from '@headroom/workspace';
import type { PatchWorkspace } from '../ports.js';
import type { CaseShield } from './case.shield.js';
import { confinedFile, pathRefusal, readConfined, writeConfined } from './confined.files.js';
import { editedText, replacementRefusal } from './edited.text.js';
import type { Refusal, SafetyRule } from './refusal.js';
import { newWayOut } from './ways.out.js';

/** What the edits of a case may touch. */
export interface EditRules {
  /** Function id that the case is about. */
  subject: string;
  /** Files that may be edited: those of the finding's frames, of its cause, and what they import. */
  scope: readonly string[];
  /** Path patterns of files that may be made. @default none */
  mayCreate?: readonly string[];
  limits: PolicyLimits;
}

/** Options of {@link CheckoutWorkspace.open}. */
export interface CheckoutOptions {
  mirror: Pick<GitMirror, 'exportTree' | 'readFile'>;
  /** Commit that the edits are based on. */
  commit: string;
  /** A folder that is missing or empty. */
  dir: string;
  rules: EditRules;
  shield: CaseShield;
  signal?: AbortSignal;
}

/** How an act ended: done, or refused by a rule. */
export type EditAnswer = { ok: true; message: string } | { ok: false; message: string; rule: SafetyRule };

/** Contexts of a patch that are tried, lines: the first without a secret is taken. */
const CONTEXTS = [3, 2, 1];

/**
 * The files of one commit for the edits of one case: a copy without history, remote or credential. Each edit is held against the rules
 * before it is written, and what breaks one is not made. The rules are those of the verifier, and those of the case.
 */
export class CheckoutWorkspace implements PatchWorkspace {
  /** All that was refused, in order. */
  readonly refusals: Refusal[] = [];
  /** Texts of the base by path, of the files that differ from it; null = it has no such file. */
  readonly #bases = new Map<string, string | null>();
  readonly #options: CheckoutOptions;
  readonly #scope: ReadonlySet<string>;

  private constructor(options: CheckoutOptions) {
    this.#options = options;
    this.#scope = new Set(options.rules.scope);
  }

  /** @throws HeadroomError `HEADROOM_EXPORT_NOT_EMPTY`, `HEADROOM_REF_UNKNOWN` */
  static async open(options: CheckoutOptions): Promise<CheckoutWorkspace> {
    await options.mirror.exportTree(options.commit, options.dir);
    return new CheckoutWorkspace(options);
  }

  /** Text of a file as it is now, cleaned and wrapped for a model. Files whose name begins with a dot are not shown. */
  async read(path: string): Promise<EditAnswer> {
    const hidden = pathRefusal(path) ?? dotRefusal(path);
    if (hidden) return this.#refused(hidden);
    const found = await confinedFile(this.#options.dir, path);
    if ('refusal' in found) return this.#refused(found.refusal);
    const text = await readConfined(found.file);
    if (isBinary(text)) return this.#refused({ rule: 'binary', about: path, message: `${path} is no text.` });
    return { ok: true, message: this.#options.shield.wrapped({ source: `checkout ${path}`, text }) };
  }

  /**
   * Replaces the one place where `search` stands in a file. A file that is not there is made when `search` is empty and the rules let
   * it. Nothing is thrown for what a rule does not allow: it is told.
   */
  async edit(edit: { path: string; search: string; replace: string }): Promise<EditAnswer> {
    const { path } = edit;
    const wrong = pathRefusal(path) ?? this.#protection(path);
    if (wrong) return this.#refused(wrong);
    const found = await confinedFile(this.#options.dir, path);
    const isNew = 'refusal' in found && found.refusal.rule === 'absent';
    if ('refusal' in found && !isNew) return this.#refused(found.refusal);
    const outOfScope = isNew ? this.#newFileRefusal(edit) : this.#scopeRefusal(path);
    if (outOfScope) return this.#refused(outOfScope);
    const before = 'file' in found ? await readConfined(found.file) : null;
    const edited = this.#edited(before, edit);
    if ('rule' in edited) return this.#refused({ about: path, ...edited });
    const base = this.#bases.has(path) ? this.#bases.get(path)! : before;
    const files = [...(await this.#changed(path)), { path, before: base, after: edited.text }];
    // A candidate may begin with a new file, and must not end with it.
    const broken = await this.#broken(files, [...this.#options.rules.scope, path]);
    if (broken) return this.#refused(broken);
    this.#bases.set(path, base);
    await this.#write(path, edited.text, isNew);
    return { ok: true, message: `Edited ${path}.` };
  }

  /**
   * Unified diff of all edits since the reset, made of what is in the files now; empty without any.
   * @throws HeadroomError `HEADROOM_CANDIDATE_REFUSED` when it breaks a rule, naming the rule: something else wrote into the checkout
   */
  async diff(): Promise<string> {
    const files = await this.#changed();
    const broken = await this.#broken(files, this.#options.rules.scope);
    if (!broken) return await this.#patch(files);
    this.refusals.push(broken);
    throw new HeadroomError(`The candidate breaks the rule ${broken.rule}: ${broken.message}`, {
      code: 'HEADROOM_CANDIDATE_REFUSED',
      details: { rule: broken.rule },
    });
  }

  /** Back to the base: all edits are gone. */
  async reset(): Promise<void> {
    for (const [path, base] of this.#bases) {
      const file = join(this.#options.dir, path);
      // Removed first: what stands there now may be a link.
      await rm(file, { recursive: true, force: true });
      if (base !== null) await writeConfined(file, base, true);
    }
    this.#bases.clear();
  }

  /** Removes the checkout. */
  async close(): Promise<void> {
    await rm(this.#options.dir, { recursive: true, force: true });
  }

  #refused(refusal: Refusal): EditAnswer {
    this.refusals.push(refusal);
    return { ok: false, rule: refusal.rule, message: refusal.message };
  }

  #protection(path: string): Refusal | undefined {
    const { harness, protect } = this.#options.rules.limits;
    const rule = brokenPathRule(path, harness, protect);
    return rule && { rule, about: path, message: `${path} may not be edited (${rule}).` };
  }

  #scopeRefusal(path: string): Refusal | undefined {
    if (this.#scope.has(path) || this.#bases.get(path) === null) return undefined;
    return {
      rule: 'out-of-scope',
      about: path,
      message: `The case is not about ${path}. Edit the files of the finding or its cause.`,
    };
  }

  #newFileRefusal({ path, search }: { path: string; search: string }): Refusal | undefined {
    const { mayCreate = [] } = this.#options.rules;
    if (search === '' && brokenPathRule(path, [], mayCreate) === 'protected-path') return undefined;
    return {
      rule: 'new-file',
      about: path,
      message: `${path} is not there, and no file may be made here. Edit one that is.`,
    };
  }

  #edited(before: string | null, edit: { search: string; replace: string }): ReturnType<typeof editedText> {
    if (before === null)
      return replacementRefusal('', edit.replace, this.#options.shield.boundary) ?? { text: edit.replace };
    if (isBinary(before)) return { rule: 'binary', message: 'The file is no text.' };
    if (edit.search === '')
      return { rule: 'search-ambiguous', message: 'Say which text to replace: the file is there.' };
    return editedText(before, edit, this.#options.shield);
  }

  async #changed(except?: string): Promise<ChangedText[]> {
    const paths = [...this.#bases].filter(([path]) => path !== except);
    return await Promise.all(
      paths.map(async ([path, before]) => {
        const found = await confinedFile(this.#options.dir, path);
        return { path, before, after: 'file' in found ? await readConfined(found.file) : null };
      }),
    );
  }

  /** The patch with as much context as does not show a secret. */
  async #patch(files: readonly ChangedText[]): Promise<string> {
    let patch = '';
    for (const contextLines of CONTEXTS) {
      patch = await patchOfTexts(files, {
        contextLines,
        ...(this.#options.signal && { signal: this.#options.signal }),
      });
      if (!this.#options.shield.redactor.reveals(linesOf(patch, ' '))) return patch;
    }
    return patch;
  }

  /** @param about files of which a candidate touches at least one */
  async #broken(files: readonly ChangedText[], about: readonly string[]): Promise<Refusal | undefined> {
    const { rules, shield } = this.#options;
    const patch = await this.#patch(files);
    if (patch === '') return undefined;
    const added = linesOf(patch, '+');
    if (shield.redactor.reveals(added) || shield.redactor.reveals(linesOf(patch, ' -+'))) {
      return { rule: 'secret', message: 'A changed line, or one beside it, holds a secret. Leave it as it is.' };
    }
    const out = newWayOut(added, files.map(({ before }) => before ?? '').join('\n'));
    if (out !== undefined) {
      const message = `The change leads out of the process (${out.slice(0, 60)}), which it did not before. Leave that out.`;
      return { rule: 'way-out', message };
    }
    const { subject, limits } = rules;
    const [violation] = policyViolations({
      patch,
      limits,
      subject,
      causeFiles: about,
      allowedEffects: [],
    });
    if (!violation) return undefined;
    const { rule, path, message } = violation;
    return { rule, ...(path !== undefined && { about: path }), message };
  }

  async #write(path: string, text: string, isNew: boolean): Promise<void> {
    const file = join(this.#options.dir, path);
    if (isNew) await mkdir(dirname(file), { recursive: true });
    await writeConfined(file, text, isNew);
  }
}

function dotRefusal(path: string): Refusal | undefined {
  if (!path.split('/').some((part) => part.startsWith('.'))) return undefined;
  return { rule: 'dot-path', about: path, message: `${path} is not shown: a name in it begins with a dot.` };
}

function isBinary(text: string): boolean {
  return text.includes('\0') || text.includes('\ufffd');
}

/** Lines of the hunks of a patch that begin with one of some signs, without it. */
function linesOf(patch: string, signs: string): string {
  let inHunk = false;
  const lines = patch.split('\n').filter((line) => {
    // Between hunks nothing begins with a sign of theirs; within one, `--- ` is a removed line that began with two dashes.
    if (line.startsWith('diff --git ')) inHunk = false;
    else if (line.startsWith('@@ ')) inHunk = true;
    return inHunk && line !== '' && signs.includes(line.charAt(0));
  });
  return lines.map((line) => line.slice(1)).join('\n');
}
