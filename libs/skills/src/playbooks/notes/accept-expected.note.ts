import { LARGE_SHARE_OF_SERVICE } from '../../matching/match.input.js';
import { abstain, type PlaybookAbstention, type PlaybookInput, type PlaybookResult } from '../playbook.js';
import { noteOf, quoted, WHAT_GREW } from './note.text.js';

/** From this score on, a change of code or a setting is a cause of its own, and nothing is accepted over it. */
const POSSIBLE_CAUSE = 0.5;

/**
 * Accepts growth that a launch explains: its exposure rose at the change point, the cost grew no more than the exposure did, nothing
 * else comes into question as the cause, and somebody owns the code and can confirm it.
 */
export function acceptExpected(input: PlaybookInput): PlaybookResult {
  const { experiment, figures, owners = [], subject } = input;
  const refusal = refusalOf(input);
  if (refusal) return refusal;
  const { key, deployment } = experiment!;
  const who = owners.map(({ who: one }) => quoted(one)).join(', ');
  return {
    outcome: 'accept',
    note: noteOf(
      WHAT_GREW,
      `The exposure of ${quoted(key)} rose with that deployment, and no change of code, setting or dependency comes into question as the cause. The cost is what the launch was to bring.`,
      '## To confirm',
      [
        `An owner (${who}) confirms that the rise of ${quoted(key)} was planned.`,
        'The capacity for it is recorded: the figures above at the traffic that is planned.',
        'If it was not planned, lower the exposure first, then look for the expensive part of the new path.',
      ],
    ),
    summary: `The exposure of ${key} rose as a launch does; the cost that comes with it is to be confirmed and recorded.`,
    facts: [
      { text: `The exposure of ${key} rose with deployment ${deployment}.`, evidence: [deployment] },
      { text: 'The cost grew by no larger a factor than the exposure.', evidence: [deployment, subject] },
      { text: 'No other change ranks as a possible cause.', evidence: [figures!.deployment] },
    ],
    alternatives: [
      {
        outcome: 'config',
        title: 'Lower the exposure until the new path is cheaper',
        cost: 'The launch waits.',
        risk: 'Users who have the new path already lose it.',
        expectedSaving: 'The growth, in proportion to the exposure.',
      },
      {
        outcome: 'patch',
        title: 'Make the new path cheaper at the present exposure',
        cost: 'Somebody who knows the new path has to work on it.',
        risk: 'The cost stays until that is done.',
        expectedSaving: 'A part of the growth.',
      },
    ],
    hypotheses: [
      {
        text: `The rise of ${key} was planned.`,
        confidence: 0.8,
        refutedBy: 'An owner who did not plan it, or another change at the same deployment.',
      },
    ],
  };
}

function refusalOf({
  experiment,
  figures,
  owners = [],
  ranked = [],
  cause,
}: PlaybookInput): PlaybookAbstention | undefined {
  if (!experiment) {
    return cause === 'none' || cause === undefined
      ? abstain(
          'no-launch',
          'No launch or experiment changed its exposure at the change point; a cost without a cause is not accepted.',
        )
      : abstain('cause-is-no-launch', `The root cause is of the kind ${cause}, which can be undone or made cheaper.`);
  }
  const { key, before, after } = experiment;
  if (after <= before)
    return abstain('exposure-fell', `The exposure of ${key} did not rise, so it does not explain growth.`);
  if (!figures) return abstain('figures-missing', 'What cannot be put in figures is not accepted.');
  if (figures.deltaOfService >= LARGE_SHARE_OF_SERVICE) {
    return abstain(
      'too-large-to-accept',
      `Growth of ${LARGE_SHARE_OF_SERVICE * 100} % of the service or more is not accepted without looking for a cheaper way.`,
    );
  }
  if (before > 0 && figures.before > 0 && figures.after / figures.before > after / before) {
    return abstain(
      'grew-more-than-exposure',
      `The cost grew by a larger factor than the exposure of ${key}: something else adds to it.`,
    );
  }
  const other = ranked.find(({ kind, score }) => kind !== 'experiment' && score >= POSSIBLE_CAUSE);
  if (other) return abstain('other-cause-possible', `Another change comes into question as the cause: ${other.title}.`);
  if (owners.length === 0) return abstain('no-owner', 'Nobody is known who could confirm that the growth was planned.');
  return undefined;
}
