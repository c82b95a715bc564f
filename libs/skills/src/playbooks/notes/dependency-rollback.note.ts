import { abstain, type PlaybookInput, type PlaybookResult } from '../playbook.js';
import { noteOf, quoted, WHAT_GREW } from './note.text.js';

/** Tells whoever owns a version bump what it cost and what the ways out are. Manifests are protected, so there is never a patch. */
export function dependencyRollback({ dependency, cause, subject }: PlaybookInput): PlaybookResult {
  if (!dependency) {
    return cause === undefined || cause === 'none'
      ? abstain('no-root-cause', 'No version bump was named as the root cause.')
      : abstain('cause-is-no-dependency', `The root cause is of the kind ${cause}; no dependency has to be moved.`);
  }
  const { package: name, from, to, commit, deployment } = dependency;
  if (to === null)
    return abstain('dependency-removed', `${name} was removed; what took its place has to be looked at.`);
  const named = quoted(name);
  const moved =
    from === null ? `${named} came with version ${quoted(to)}` : `${named} went from ${quoted(from)} to ${quoted(to)}`;
  const back =
    from === null
      ? `Take ${named} out again, or do without it on this path.`
      : `Pin ${named} to ${quoted(from)} until a version without the cost is known.`;
  const summary = `The version of ${name} is the cause; manifests are changed by people.`;
  return {
    outcome: 'abstain',
    reason: 'manifests-are-protected',
    message: summary,
    worthTelling: true,
    note: noteOf(
      WHAT_GREW,
      `${moved} with ${quoted(commit.slice(0, 12))}. No line of the repository's own explains the growth.`,
      '## Ways out, in this order',
      [
        `Look whether a later version than ${quoted(to)} takes the cost away: its change log and its open issues. If so, move there.`,
        `${back} First look whether ${quoted(to)} closes a security advisory; if it does, stay.`,
        'Where neither is possible: call it less often, or with less, on the hot path.',
        'Tell its maintainers, with the profile of both sides.',
      ],
      '## Before it is merged',
      [
        'The lock file moves with the manifest, and only this dependency moves.',
        'The tests of the repository and its benchmark run on both versions.',
      ],
    ),
    facts: [
      { text: `${commit.slice(0, 12)} changed ${name} from ${from ?? 'nothing'} to ${to}.`, evidence: [commit] },
      { text: `The growth flows through code that calls ${name}.`, evidence: [deployment, subject] },
    ],
    alternatives: [
      {
        outcome: 'patch',
        title: 'Move past it to a later version',
        cost: 'The changes that the later version asks for.',
        risk: 'Its other changes come along.',
        expectedSaving: 'All of the growth where the later version is free of it.',
      },
      {
        outcome: 'revert',
        title: 'Pin the version from before',
        cost: 'Somebody has to come back to it.',
        risk: 'Fixes and security advisories of the newer version are missed.',
        expectedSaving: 'All of the growth.',
      },
      {
        outcome: 'accept',
        title: 'Stay, and record the capacity',
        cost: 'Capacity for as long as the version stays.',
        risk: 'Later growth is judged from the higher level.',
        expectedSaving: 'None.',
      },
    ],
  };
}
