import { describe, expect, it } from '@jest/globals';
import { allTopics, collidingTeams, proposalsTopicOf, teamSchema, topicsFor } from './index.js';

describe('topics of teams', () => {
  it('are named after the team and made beside all others, each once', () => {
    const services = { web: { team: 'search' }, pay: { team: 'check.out-2' }, cart: { team: 'search' } };
    const names = topicsFor({ services }).map((topic) => topic.name);

    expect(proposalsTopicOf('search')).toBe('headroom.proposals.search.v1');
    expect(names).toEqual([
      ...allTopics().map((topic) => topic.name),
      'headroom.proposals.check.out-2.v1',
      'headroom.proposals.search.v1',
    ]);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    ['Search Team', 'search-team'],
    ['../v1', 'v1'],
    ['-', 'team-1'],
    ['a'.repeat(101), 'a'.repeat(100)],
    [`${'a'.repeat(99)}. b`, 'a'.repeat(99)],
  ])('are not made for %j, and the fix is named', (team, suggestion) => {
    expect(() => proposalsTopicOf(team)).toThrow(expect.objectContaining({ code: 'HEADROOM_TEAM_INVALID' }));
    expect(() => proposalsTopicOf(team)).toThrow(`write "${suggestion}"`);
    expect(teamSchema.safeParse(suggestion).success).toBe(true);
  });

  it('collide where only dots and underscores differ', () => {
    expect(collidingTeams(['a.b', 'a_b', 'a-b', 'a.b', 'c'])).toEqual([['a.b', 'a_b']]);
  });
});
