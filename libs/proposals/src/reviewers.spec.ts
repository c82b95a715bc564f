import { describe, expect, it } from '@jest/globals';
import { chooseReviewers, isBot } from './reviewers.js';

const reviewer = (who: string) => ({ who, why: 'CODEOWNERS' });

describe('chooseReviewers', () => {
  it('asks the first two, each once', () => {
    const asked = chooseReviewers(['a@web.example', 'A@web.example', '@shop/search', 'c@web.example'].map(reviewer));

    expect(asked.map(({ who }) => who)).toEqual(['a@web.example', '@shop/search']);
  });

  it('leaves programs out', () => {
    expect(chooseReviewers(['renovate[bot]', 'ci-bot@web.example', 'person@web.example'].map(reviewer))).toEqual([
      reviewer('person@web.example'),
    ]);
  });

  it('asks nobody when nobody is known', () => {
    expect(chooseReviewers([reviewer(' ')])).toEqual([]);
  });
});

describe('isBot', () => {
  it.each([
    'dependabot[bot] <1+dependabot[bot]@users.forge.example>',
    'Release Bot',
    'noreply@web.example',
    'github-actions',
    'build-bot',
  ])('takes %s for a program', (who) => expect(isBot(who)).toBe(true));

  it.each(['Abbot Person <abbot@web.example>', 'bottega@web.example', '@shop/robotics', 'Talbot'])(
    'takes %s for a person or a team',
    (who) => expect(isBot(who)).toBe(false),
  );
});
