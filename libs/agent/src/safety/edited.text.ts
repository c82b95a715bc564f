import type { CaseShield } from './case.shield.js';
import { PLACEHOLDER } from './case.redactor.js';
import { hiddenPassages } from './hidden.text.js';
import type { SafetyRule } from './refusal.js';

/** A file after one edit, or why it stays as it is. */
export type EditedText = { text: string } | { rule: SafetyRule; message: string };

const LEFT_OVER = /\[(?:redacted|removed): /;

/**
 * Replaces the one place of a file where a text stands. Both texts are as the model was shown the file: the placeholders of secrets
 * are restored here, and only where they stood before.
 */
export function editedText(
  current: string,
  { search, replace }: { search: string; replace: string },
  shield: CaseShield,
): EditedText {
  const wrong = replacementRefusal(search, replace, shield.boundary);
  if (wrong) return wrong;
  const breaks = current.includes('\r\n') ? '\r\n' : '\n';
  const asInFile = (text: string): string => shield.redactor.restore(text).replaceAll(/\r?\n/g, breaks);
  // Also fills in which placeholders stand for which secrets of this file: after a restart nobody else has.
  const shown = shield.cleaned(current);
  const wanted = asInFile(search);
  // What only the file holds and its reader is not shown is not told either: a search that finds it gives a secret away sign by sign.
  const isShown = shield.redactor.redact(current).text.includes(search.replaceAll(/\r?\n/g, breaks));
  const at = isShown ? current.indexOf(wanted) : -1;
  if (at === -1) {
    return shown.includes(search)
      ? { rule: 'hidden-text', message: 'The place holds something that is not shown. Edit around it.' }
      : {
          rule: 'search-not-found',
          message: 'The text to replace is not in the file. Read it again and copy the text exactly.',
        };
  }
  if (current.includes(wanted, at + 1)) {
    return {
      rule: 'search-ambiguous',
      message: 'The text to replace is there more than once. Add the lines around it.',
    };
  }
  const text = current.slice(0, at) + asInFile(replace) + current.slice(at + wanted.length);
  return text === current ? { rule: 'no-change', message: 'The edit changes nothing.' } : { text };
}

/** Why a text may not be written into a file, whatever stands there; undefined where it may. */
export function replacementRefusal(
  search: string,
  replace: string,
  boundary: string,
): { rule: SafetyRule; message: string } | undefined {
  if (replace.includes(boundary)) return { rule: 'boundary', message: 'What marks text from outside is no code.' };
  const known: string[] = search.match(PLACEHOLDER) ?? [];
  for (const each of replace.match(PLACEHOLDER) ?? []) {
    const at = known.indexOf(each);
    if (at === -1) return { rule: 'placeholder', message: 'A secret may not be put where it was not before.' };
    known.splice(at, 1);
  }
  if (LEFT_OVER.test(replace.replaceAll(PLACEHOLDER, ''))) {
    return { rule: 'placeholder', message: 'A mark of what was taken out is no code. Leave such places as they are.' };
  }
  const before = hiddenPassages(search);
  const isNew = (passage: string): boolean => {
    const at = before.indexOf(passage);
    if (at !== -1) before.splice(at, 1);
    return at === -1;
  };
  if (hiddenPassages(replace).some(isNew)) {
    return { rule: 'hidden-text', message: 'The new text holds something that its readers would not see.' };
  }
  return undefined;
}
