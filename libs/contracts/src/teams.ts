import { z } from 'zod';
import type { EventContract } from './contract.js';
import { HeadroomError } from './errors.js';
import { proposalOpened } from './events/proposal.js';
import { allTopics, topicOf, type TopicSpec } from './topics.js';

const TEAM = /^[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?$/;

function suggestedTeam(given: string): string {
  const readable = given
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .slice(0, 100)
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return readable || 'team-1';
}

/** Name of a team: part of a topic name, so at most 100 lower-case letters, digits, dots, dashes and underscores. */
export const teamSchema = z.string().regex(TEAM, {
  error: ({ input }) =>
    `is part of a topic name: at most 100 lower-case letters, digits, ".", "_" and "-", with a letter or digit at both ends; write "${suggestedTeam(String(input))}"`,
});

/** The part of a configuration that names teams. */
export interface TeamsConfig {
  services: Readonly<Record<string, { team: string }>>;
}

/** The teams of a configuration, each once, sorted. */
export function teamsOf(config: TeamsConfig): string[] {
  return [...new Set(Object.values(config.services).map(({ team }) => team))].sort();
}

/** Teams that differ only in dots and underscores, which Kafka takes for one topic in the names of its metrics. */
export function collidingTeams(teams: readonly string[]): [string, string][] {
  const seen = new Map<string, string>();
  const collisions: [string, string][] = [];
  for (const team of teams) {
    const metric = team.replaceAll('.', '_');
    const other = seen.get(metric);
    if (other === undefined) seen.set(metric, team);
    else if (other !== team) collisions.push([other, team]);
  }
  return collisions;
}

/**
 * Name of the topic that holds the proposals of one team: the events of the common topics whose `team` it is.
 * @throws HeadroomError `HEADROOM_TEAM_INVALID`
 */
export function proposalsTopicOf(team: string): string {
  const parsed = teamSchema.safeParse(team);
  if (parsed.success) return `headroom.proposals.${parsed.data}.v1`;
  throw new HeadroomError(`The team "${team}" ${parsed.error.issues[0]?.message ?? 'is not valid'}.`, {
    code: 'HEADROOM_TEAM_INVALID',
  });
}

/**
 * A contract as it is published on the topic of a team. One partition: a team gets few events, and many teams cost a
 * cluster little.
 * @throws HeadroomError `HEADROOM_TEAM_INVALID`
 */
export function teamContract<Data>(contract: EventContract<Data>, team: string): EventContract<Data> {
  return { ...contract, topic: proposalsTopicOf(team), partitions: 1 };
}

/** The topics of teams. */
export function teamTopics(teams: readonly string[]): TopicSpec[] {
  return teams.map((team) => topicOf(teamContract(proposalOpened, team)));
}

/** Every topic of Headroom with a configuration: those of its teams too. */
export function topicsFor(config: TeamsConfig): TopicSpec[] {
  return [...allTopics(), ...teamTopics(teamsOf(config))];
}
