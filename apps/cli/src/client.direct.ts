import { allTopics, HeadroomError, type BlobRef, type Change } from '@headroom/contracts';
import {
  CaseCommands,
  CaseDossiers,
  CaseQueries,
  DeadLetterQueries,
  Intake,
  OpportunityQueries,
  type CaseCommandAnswer,
  type CaseCommandRequest,
  type CaseDetails,
  type DeadLetterDetails,
  type DossierFormat,
  type IntakeResult,
  type OpportunityItem,
  type Overview,
} from '@headroom/gateway';
import { ServiceIndex } from '@headroom/indexes';
import { EventPublisher, openEmbedded, type DeadLetter, type EmbeddedParts } from '@headroom/runtime';
import { ensureKeyPair } from '@headroom/verification';
import type { HeadroomClient, OpportunityFilter } from './client.js';
import { keysDir } from './data-directory.js';

/** Opens the data directory itself: for when no host is alive. What it publishes is handled by the next host. */
export class DirectClient implements HeadroomClient {
  readonly via: string;
  readonly #parts: EmbeddedParts;
  readonly #intake: Intake;
  readonly #cases: CaseQueries;
  readonly #dossiers: CaseDossiers;
  readonly #commands: CaseCommands;
  readonly #opportunities: OpportunityQueries;
  readonly #deadLetters: DeadLetterQueries;

  private constructor(dataDir: string, parts: EmbeddedParts, cases: CaseQueries) {
    this.via = `no host is running; the data directory ${dataDir} was opened itself`;
    this.#parts = parts;
    const publisher = new EventPublisher(parts.log, { source: '/headroom/cli' });
    // Who opens the directory could write the log itself.
    this.#intake = new Intake(publisher, { audiences: ['outsiders', 'headroom'] });
    this.#cases = cases;
    this.#dossiers = new CaseDossiers({ cases, blobs: parts.blobs });
    this.#commands = new CaseCommands(cases, publisher);
    this.#opportunities = new OpportunityQueries(parts.store);
    this.#deadLetters = new DeadLetterQueries(parts);
  }

  static async open(dataDir: string): Promise<DirectClient> {
    const parts = await openEmbedded(dataDir, { purpose: 'headroom command' });
    await parts.log.ensureTopics(allTopics());
    const { trustedKeys } = await ensureKeyPair(keysDir(dataDir));
    return new DirectClient(dataDir, parts, new CaseQueries({ ...parts, trustedKeys }));
  }

  publish(events: readonly unknown[]): Promise<IntakeResult> {
    return this.#intake.take(events);
  }

  putBlob(bytes: Uint8Array, mediaType: string): Promise<BlobRef> {
    return this.#parts.blobs.put(bytes, mediaType);
  }

  getBlob(ref: Pick<BlobRef, 'sha256'>): Promise<Buffer> {
    return this.#parts.blobs.get(ref);
  }

  changes(service: string, window: { from: string; to: string }): Promise<Change[]> {
    return new ServiceIndex(this.#parts.store).changes(service, window);
  }

  overview(): Promise<Overview> {
    return this.#cases.overview();
  }

  details(caseId: string): Promise<CaseDetails> {
    return this.#cases.details(caseId);
  }

  dossier(caseId: string, format: DossierFormat): Promise<string> {
    return this.#dossiers.read(caseId, format);
  }

  // oxlint-disable-next-line require-yield -- it always refuses
  async *follow(): AsyncGenerator<CaseDetails> {
    throw new HeadroomError(
      'No host runs on this data directory, so the case does not change. Start one: headroom up.',
      {
        code: 'HEADROOM_HOST_NOT_RUNNING',
      },
    );
  }

  command(caseId: string, request: CaseCommandRequest): Promise<CaseCommandAnswer> {
    return this.#commands.give(caseId, request);
  }

  async opportunities({ service, skill }: OpportunityFilter): Promise<OpportunityItem[]> {
    const { opportunities } = await this.#opportunities.list({
      ...(service !== undefined && { service: [service] }),
      ...(skill !== undefined && { skill: [skill] }),
      limit: Number.MAX_SAFE_INTEGER,
    });
    return opportunities;
  }

  opportunity(id: string): Promise<OpportunityItem> {
    return this.#opportunities.one(id);
  }

  deadLetters(): Promise<DeadLetter[]> {
    return this.#deadLetters.list();
  }

  deadLetter(id: string): Promise<DeadLetterDetails> {
    return this.#deadLetters.show(id);
  }

  replay(id: string): Promise<void> {
    return this.#deadLetters.replay(id);
  }

  close(): Promise<void> {
    return this.#parts.close();
  }
}
