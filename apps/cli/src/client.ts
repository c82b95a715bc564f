import type { BlobRef } from '@headroom/contracts';
import type { CaseDetails, DeadLetterDetails, IntakeResult, Overview } from '@headroom/gateway';
import type { DeadLetter } from '@headroom/runtime';

/** What the verbs need of Headroom, whether a host runs or not. */
export interface HeadroomClient {
  /** How it is reached, for messages. */
  readonly via: string;
  publish(events: readonly unknown[]): Promise<IntakeResult>;
  putBlob(bytes: Uint8Array, mediaType: string): Promise<BlobRef>;
  getBlob(ref: Pick<BlobRef, 'sha256'>): Promise<Buffer>;
  overview(): Promise<Overview>;
  details(caseId: string): Promise<CaseDetails>;
  deadLetters(): Promise<DeadLetter[]>;
  deadLetter(id: string): Promise<DeadLetterDetails>;
  close(): Promise<void>;
}
