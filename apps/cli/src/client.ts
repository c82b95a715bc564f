import type { BlobRef, Change } from '@headroom/contracts';
import type {
  CaseCommandAnswer,
  CaseCommandRequest,
  CaseDetails,
  DeadLetterDetails,
  DossierFormat,
  IntakeResult,
  OpportunityItem,
  Overview,
} from '@headroom/gateway';
import type { DeadLetter } from '@headroom/runtime';

/** Which opportunities are wanted. */
export interface OpportunityFilter {
  /** @default of every service */
  service?: string;
  /** @default of every skill */
  skill?: string;
}

/** What the verbs need of Headroom, whether a host runs or not. */
export interface HeadroomClient {
  /** How it is reached, for messages. */
  readonly via: string;
  publish(events: readonly unknown[]): Promise<IntakeResult>;
  putBlob(bytes: Uint8Array, mediaType: string): Promise<BlobRef>;
  getBlob(ref: Pick<BlobRef, 'sha256'>): Promise<Buffer>;
  /** What reached a service in a stretch (RFC 3339, `to` exclusive), earliest first. */
  changes(service: string, window: { from: string; to: string }): Promise<Change[]>;
  overview(): Promise<Overview>;
  details(caseId: string): Promise<CaseDetails>;
  /** The dossier of a case, as Markdown or as the stored document. */
  dossier(caseId: string, format: DossierFormat): Promise<string>;
  /**
   * One case: as it is now, then at every change, until the signal fires.
   * @throws HeadroomError `HEADROOM_HOST_NOT_RUNNING` where nothing runs that could change it
   */
  follow(caseId: string, signal: AbortSignal): AsyncIterable<CaseDetails>;
  command(caseId: string, request: CaseCommandRequest): Promise<CaseCommandAnswer>;
  /** The catalogue of opportunities, the largest expected saving first. */
  opportunities(wanted: OpportunityFilter): Promise<OpportunityItem[]>;
  /**
   * One opportunity.
   * @throws HeadroomError `HEADROOM_OPPORTUNITY_NOT_FOUND`
   */
  opportunity(id: string): Promise<OpportunityItem>;
  deadLetters(): Promise<DeadLetter[]>;
  deadLetter(id: string): Promise<DeadLetterDetails>;
  /** Gives a dead letter back to the group that could not handle it. */
  replay(id: string): Promise<void>;
  close(): Promise<void>;
}
