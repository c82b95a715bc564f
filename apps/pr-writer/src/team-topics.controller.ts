import {
  proposalOpened,
  proposalSettled,
  teamContract,
  teamTopics,
  type EventContract,
  type HeadroomEvent,
  type Proposal,
  type Settled,
} from '@headroom/contracts';
import { EventPublisher, Runtime } from '@headroom/runtime';
import { Subscribe } from '@headroom/runtime/nest';
import type { ServiceRepositories } from '@headroom/workspace';
import { Controller, Inject, type OnModuleInit } from '@nestjs/common';
import { REPOSITORIES } from './tokens.js';

/**
 * Gives each team its own topic of proposals. It reads the common topic as a group does, so an event whose copy was not
 * acknowledged is delivered again; the copy has the id of the original, so a second one is the same event. What a team is told
 * does not depend on what was commanded since: a dismissed case was proposed and was closed all the same.
 */
@Controller()
export class TeamTopicsController implements OnModuleInit {
  readonly #publisher: EventPublisher;
  readonly #runtime: Runtime;
  readonly #repositories: ServiceRepositories;

  constructor(
    @Inject(EventPublisher) publisher: EventPublisher,
    @Inject(Runtime) runtime: Runtime,
    @Inject(REPOSITORIES) repositories: ServiceRepositories,
  ) {
    this.#publisher = publisher;
    this.#runtime = runtime;
    this.#repositories = repositories;
  }

  onModuleInit(): void {
    this.#runtime.needTopics(teamTopics(this.#repositories.teams));
  }

  @Subscribe(proposalOpened, { outdated: 'handled', light: true })
  async copyOpened(event: HeadroomEvent<Proposal>): Promise<void> {
    await this.#copy(proposalOpened, event);
  }

  @Subscribe(proposalSettled, { outdated: 'handled', light: true })
  async copySettled(event: HeadroomEvent<Settled>): Promise<void> {
    await this.#copy(proposalSettled, event);
  }

  /** To the team that the event names, so that a team's topic holds what the common one says is its own. */
  async #copy<Data extends { service: string }>(
    contract: EventContract<Data>,
    event: HeadroomEvent<Data>,
  ): Promise<void> {
    const team = event.team ?? this.#repositories.settings(event.data.service).team;
    await this.#publisher.publishEvents([
      { contract: teamContract(contract, team) as unknown as EventContract, event: { ...event, team } },
    ]);
  }
}
