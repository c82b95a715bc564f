import { acceptExpected } from './notes/accept-expected.note.js';
import { costShiftExplained } from './notes/cost-shift.note.js';
import { dependencyRollback } from './notes/dependency-rollback.note.js';
import { abstain, type ConcludingPlaybook, type PlaybookInput, type PlaybookResult } from './playbook.js';

/** Diagnoses without a patch, by the name of their skill. */
const NOTES: Readonly<Record<string, (input: PlaybookInput) => PlaybookResult>> = {
  'accept-expected': acceptExpected,
  'cost-shift-explained': costShiftExplained,
  'dependency-rollback': dependencyRollback,
};

/** Concludes with a note: the diagnosis that is registered under the skill's name. */
export const notePlaybook: ConcludingPlaybook = {
  conclude(input, { name }) {
    const note = Object.hasOwn(NOTES, name) ? NOTES[name] : undefined;
    return note ? note(input) : abstain('playbook-incomplete', `There is no note of the name ${name}.`);
  },
};
