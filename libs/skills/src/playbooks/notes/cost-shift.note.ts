import { percentage } from '@headroom/figures';
import { abstain, type CostDomain, type PlaybookInput, type PlaybookResult } from '../playbook.js';
import { noteOf, quoted, WHAT_GREW } from './note.text.js';

/** The domain may grow by this part of what the subject gained, and surely by less than the second one: as the detector judges it. */
const FLAT = 1 / 4;
const SURELY_FLAT = 1 / 2;
/** One-sided, 95 %. */
const Z = 1.645;
/** What must have been lost elsewhere, as a part of what the subject gained. */
const GIVEN = 0.7;
/** Most functions that are named as givers. */
const NAMED = 5;

/**
 * Explains a cost that only moved: a domain around the subject costs what it did, functions in it lost what the subject gained, and no
 * wider domain grew.
 */
export function costShiftExplained({ domains = [], subject, figures }: PlaybookInput): PlaybookResult {
  if (domains.length === 0) {
    return abstain(
      'profiles-missing',
      'The costs of the functions around the subject are not known on both sides of the change point.',
    );
  }
  const gained = gainOf(subject, domains);
  if (gained === undefined || gained <= 0) {
    return abstain(
      'subject-did-not-grow',
      'The profiles on both sides of the change point do not show that the subject grew.',
    );
  }
  const at = domains.findIndex((domain) => isFlat(domain, gained));
  const flat = domains[at];
  if (!flat) {
    return abstain(
      'domain-grew',
      `The cost did not only move: ${domains.map(({ name }) => name).join(' and ')} grew along with the subject.`,
    );
  }
  const grown = domains.slice(at + 1).find((domain) => surelyGrew(domain, gained));
  if (grown) return abstain('wider-domain-grew', `${flat.name} costs what it did, and yet ${grown.name} grew.`);
  const givers = flat.functions
    .filter(({ id, before, after }) => id !== subject && after < before)
    .sort((a, b) => b.before - b.after - (a.before - a.after) || (a.id < b.id ? -1 : 1));
  const given = givers.reduce((sum, { before, after }) => sum + before - after, 0);
  if (given < GIVEN * gained) {
    return abstain(
      'no-giver',
      `No functions of ${flat.name} lost about what the subject gained; where it came from is not shown.`,
    );
  }
  const names = givers.slice(0, NAMED).map(({ id }) => id);
  const change = flat.before > 0 ? flat.after / flat.before - 1 : 0;
  const isLess = flat.before - flat.after > FLAT * gained;
  return {
    outcome: 'cost-shift',
    note: noteOf(
      ...(figures ? [WHAT_GREW] : []),
      `The cost moved here and did not grow as a whole: ${quoted(flat.name)} costs ${isLess ? 'less than it did' : 'what it did, within what can be told apart'}.`,
      'It came from:',
      names.map(quoted),
      'There is nothing to fix. Judge the function from now on by its new level.',
    ),
    summary: `The cost came from ${names[0]} and did not grow as a whole.`,
    facts: [
      {
        text: isLess
          ? `${flat.name} as a whole costs ${percentage(-change)} less.`
          : `${flat.name} as a whole changed by ${percentage(Math.abs(change))} of its cost, less than a quarter of what the subject gained.`,
        evidence: [...flat.evidence],
      },
      {
        text: `${givers.length === 1 ? 'One function' : `${givers.length} functions`} of it lost ${percentage(given / gained)} of what the subject gained, ${names[0]} the most.`,
        evidence: [...flat.evidence, ...names],
      },
    ],
    alternatives: [],
    hypotheses: [
      {
        text: 'Code was renamed, moved, extracted or inlined.',
        confidence: 0.8,
        refutedBy: 'A change at this deployment that leaves the structure of the code alone.',
      },
    ],
  };
}

function gainOf(subject: string, domains: readonly CostDomain[]): number | undefined {
  const cost = domains.flatMap(({ functions }) => functions).find(({ id }) => id === subject);
  return cost && cost.after - cost.before;
}

function isFlat({ before, after, error }: CostDomain, gained: number): boolean {
  const change = after - before;
  return change <= FLAT * gained && change + Z * error <= SURELY_FLAT * gained;
}

function surelyGrew({ before, after, error }: CostDomain, gained: number): boolean {
  return after - before - Z * error > FLAT * gained;
}
