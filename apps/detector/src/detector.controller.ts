import { Controller, Inject } from '@nestjs/common';
import {
  changeDeployed,
  findingOpened,
  findingRevised,
  measurementRecorded,
  profileRecorded,
  serviceAssessed,
  signalRaised,
  type Change,
  type HeadroomEvent,
  type Measurement,
  type Profile,
  type Signal,
} from '@headroom/contracts';
import {
  assess,
  emptyMemory,
  findingsBeside,
  judgedHistory,
  rememberChange,
  rememberOpened,
  rememberProfile,
  rememberQuality,
  type ServiceMemory,
} from '@headroom/detection';
import { ServiceIndex, ServiceMeasurements } from '@headroom/indexes';
import type { HeadroomConfig } from '@headroom/platform';
import { decodeStacks } from '@headroom/profiling';
import type { BlobStore, KeyValueStore, StreamContext, StreamItem } from '@headroom/runtime';
import { BLOB_STORE, KEY_VALUE_STORE, SubscribeStream } from '@headroom/runtime/nest';
import { serviceAssessment } from './assessment.event.js';
import { completingProfile, lateChange, opportunityFinding, regressionFinding } from './finding.event.js';
import { CONFIG } from './tokens.js';

/** Everything known about one service meets here: its telemetry topics are keyed alike. */
@Controller()
export class DetectorController {
  readonly #config: HeadroomConfig;
  readonly #blobs: BlobStore;
  readonly #index: ServiceIndex;
  readonly #measurements: ServiceMeasurements;

  constructor(
    @Inject(CONFIG) config: HeadroomConfig,
    @Inject(BLOB_STORE) blobs: BlobStore,
    @Inject(KEY_VALUE_STORE) store: KeyValueStore,
  ) {
    this.#config = config;
    this.#blobs = blobs;
    this.#index = new ServiceIndex(store);
    this.#measurements = new ServiceMeasurements(store);
  }

  @SubscribeStream([measurementRecorded, profileRecorded, changeDeployed, signalRaised], { state: 'snapshot' })
  async handle(batch: readonly StreamItem[], context: StreamContext): Promise<void> {
    for (const { contract, event } of batch) {
      const { service } = event.data as { service: string };
      const key = `service/${service}`;
      const memory = (await context.get<ServiceMemory>(key)) ?? emptyMemory(service);
      const next = await this.#apply(memory, contract.name, event, context);
      if (next !== memory) context.put(key, next);
    }
  }

  async #apply(
    memory: ServiceMemory,
    name: string,
    event: HeadroomEvent,
    context: StreamContext,
  ): Promise<ServiceMemory> {
    switch (name) {
      case changeDeployed.name:
        await this.#index.putChange(event.data as Change);
        return this.#announce(memory, event as HeadroomEvent<Change>, context);
      case measurementRecorded.name:
        await this.#measurements.putMeasurement(event.data as Measurement);
        return this.#judge(memory, rememberQuality(memory, event.data as Measurement), event, context);
      case profileRecorded.name: {
        const profile = event as HeadroomEvent<Profile>;
        const stacks = decodeStacks(await this.#blobs.get(profile.data.profile));
        await this.#index.putProfile(profile.data);
        return this.#judge(memory, rememberProfile(memory, profile, stacks), event, context);
      }
      default:
        return this.#admit(memory, event as HeadroomEvent<Signal>, context);
    }
  }

  /** A deployment may be announced when the rise that it brought has been found already. */
  #announce(memory: ServiceMemory, event: HeadroomEvent<Change>, context: StreamContext): ServiceMemory {
    const { service, deployment } = event.data;
    const remembered = rememberChange(memory, event.data);
    const isNew = memory.changes[deployment] === undefined && remembered !== memory;
    let next = remembered;
    for (const opened of isNew ? findingsBeside(judgedHistory(remembered), deployment) : []) {
      const repository = this.#repositoryOf(service, remembered.changes[opened.deployment.id]?.repository);
      const revised = lateChange(opened, next, { repository, deployment, cause: event });
      if (!revised) continue;
      const { caseId, step } = revised.case;
      next = { ...next, late: { ...next.late, [caseId]: [...(next.late?.[caseId] ?? []), deployment] } };
      context.publish(findingRevised, revised, { causation: event, step: `${step} ${caseId}` });
    }
    return this.#judge(memory, next, event, context);
  }

  /** Looks at the service again and opens what is new. */
  #judge(before: ServiceMemory, memory: ServiceMemory, event: HeadroomEvent, context: StreamContext): ServiceMemory {
    if (memory === before) return before;
    const assessment = assess(judgedHistory(memory));
    const assessed = { ...memory.assessed };
    for (const series of assessment.series) {
      const data = serviceAssessment(memory.history.service, series);
      const key = `${series.environment}|${series.hostClass}`;
      const text = JSON.stringify(data);
      if (assessed[key] === text) continue;
      assessed[key] = text;
      context.publish(serviceAssessed, data, { causation: event, step: `assessment.${key}` });
    }
    for (const rise of assessment.findings) {
      const causation = event.type === profileRecorded.type ? event : (completingProfile(rise, memory) ?? event);
      const repository = this.#repositoryOf(memory.history.service, rise.repository);
      const finding = regressionFinding(rise, memory, repository, causation);
      if (finding) context.publish(findingOpened, finding, { causation, step: `finding.1 ${finding.case.caseId}` });
    }
    return { ...memory, assessed, history: rememberOpened(memory.history, assessment.findings) };
  }

  /** The same code asked for twice is one case. */
  #admit(memory: ServiceMemory, event: HeadroomEvent<Signal>, context: StreamContext): ServiceMemory {
    const finding = opportunityFinding(event, memory, this.#repositoryOf(event.data.service, event.data.repository));
    const { caseId } = finding.case;
    if (memory.admitted.includes(caseId)) return memory;
    context.publish(findingOpened, finding, { causation: event, step: 'finding.1' });
    return { ...memory, admitted: [...memory.admitted, caseId] };
  }

  /** A service that is not configured still gets its case, which then says so. */
  #repositoryOf(service: string, named: string | undefined): string {
    return this.#config.services[service]?.repository.name ?? named ?? service;
  }
}
