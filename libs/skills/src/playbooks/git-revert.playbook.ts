import { parsePatch } from '@headroom/workspace';
import { LARGE_SHARE_OF_SERVICE } from '../matching/match.input.js';
import { abstain, type ConcludingPlaybook, type PlaybookAlternative, type PlaybookInput } from './playbook.js';
import { dependentsOf } from './revert.dependents.js';

/** What outlives the code: data of the old shape may exist, and others may speak it already. */
const LASTING =
  /(?:^|\/)(?:migrations?|migrate|alembic|flyway|liquibase|db\/changelog)\/|\.(?:sql|proto|avsc|fbs|thrift|xsd|prisma|graphql|gql)$/i;
/** Most places that a message names. */
const NAMED = 3;

/**
 * Takes the root-cause commit back as a whole: a severe regression with a commit as its cause, merged cleanly by git, whose names no
 * later code uses. Everything else is refused, with the reason.
 */
export const gitRevertPlaybook: ConcludingPlaybook = {
  async conclude(input, { allowedEffects }) {
    const { suspect, reverting: port, figures } = input;
    if (!suspect) return noCommit(input);
    if (!figures || figures.deltaOfService < LARGE_SHARE_OF_SERVICE) {
      return abstain(
        'not-severe',
        `A revert takes away what the change was made for; that is proposed only from ${LARGE_SHARE_OF_SERVICE * 100} % of the service's cost on.`,
      );
    }
    if (!port) return abstain('no-repository', 'Nothing can be reverted without the history of the repository.');
    const attempt = await port.revert(suspect.commit);
    const short = suspect.commit.slice(0, 12);
    if (attempt.status === 'conflict') {
      return abstain(
        'revert-conflicts',
        `Later changes stand in the way of reverting ${short}: ${some(attempt.paths)}.`,
      );
    }
    if (attempt.status !== 'clean') return abstain(...NOT_REVERTED[attempt.status]);
    const touched = parsePatch(attempt.patch).files;
    const files = [...new Set(touched.flatMap(({ path, oldPath = path }) => [oldPath, path]))];
    const lasting = files.filter((path) => LASTING.test(path));
    if (lasting.length > 0) {
      return abstain(
        'touches-lasting-state',
        `${short} changed a schema or a migration (${some(lasting)}): data of the new shape may exist already.`,
      );
    }
    const refused = input.refusals?.(attempt.patch) ?? [];
    if (refused.length > 0) return abstain('policy-refuses', `The revert may not be proposed. ${some(refused, ' ')}`);
    const dependents = await dependentsOf(attempt, { input, port });
    if (dependents.length > 0) {
      const uses = dependents.map(({ name, path, line }) => `${name} at ${path}:${line}`);
      return abstain('later-code-depends', `Code written since uses what ${short} brought: ${some(uses)}.`);
    }
    const title = suspect.title === undefined ? '' : ` (${suspect.title})`;
    return {
      outcome: 'revert',
      patch: attempt.patch,
      files,
      summary: `Takes back ${short}${title} as a whole.`,
      facts: [
        {
          text: `Git merges the reverse of ${short} cleanly into the base, and no code written since uses a name that it brought.`,
          evidence: [suspect.commit],
        },
      ],
      allowedEffects,
      alternatives: ALTERNATIVES,
    };
  },
};

const NOT_REVERTED: Readonly<
  Record<'merge' | 'root' | 'gone' | 'not-text', readonly [reason: string, message: string]>
> = {
  merge: ['merge-commit', 'The root cause is a merge: which side of it is meant is for a person to say.'],
  root: ['first-commit', 'The root cause is the first commit; there is nothing to go back to.'],
  gone: ['already-reverted', 'Nothing of the root cause is left on the base.'],
  'not-text': ['not-utf-8', 'The revert holds text that is not UTF-8, which no proposal can carry.'],
};

const ALTERNATIVES: readonly PlaybookAlternative[] = [
  {
    outcome: 'patch',
    title: 'Fix forward: keep what the change was made for and make its expensive part cheaper',
    cost: 'Somebody who knows the change has to work on it.',
    risk: 'The cost stays until that is done.',
    expectedSaving: 'A part of the growth, up to all of it.',
  },
  {
    outcome: 'accept',
    title: 'Accept the cost and record the capacity that it needs',
    cost: 'Capacity for as long as the change runs.',
    risk: 'Later growth is judged from the higher level.',
    expectedSaving: 'None.',
  },
];

function noCommit({ cause }: PlaybookInput) {
  if (cause === undefined || cause === 'none') {
    return abstain('no-root-cause', 'No root cause was named, so there is nothing to revert.');
  }
  return abstain('cause-is-no-commit', `The root cause is of the kind ${cause}; reverting code would not undo it.`);
}

function some(items: readonly string[], separator = ', '): string {
  const more = items.length > NAMED ? ` and ${items.length - NAMED} more` : '';
  return items.slice(0, NAMED).join(separator) + more;
}
