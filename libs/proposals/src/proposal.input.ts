import type { BlobRef, HeadroomEvent, Proposal, Stop, Verdict, Verification } from '@headroom/contracts';
import type { targetPolicyOf, TrustedKeys } from '@headroom/verification';
import type { Forge, ForgeAuthor } from './forge/forge.js';
import type { BlobReader, EvidenceRefusal } from './proven.change.js';

/** Who our commits are by: never a person, never an address that exists. */
export const PROPOSAL_AUTHOR: ForgeAuthor = { name: 'Headroom', email: 'headroom@localhost' };

/** Content by hash, read and written. */
export interface BlobPort extends BlobReader {
  put(bytes: Uint8Array, mediaType: string): Promise<BlobRef>;
}

/** What a proposal is written from. */
export interface WriteProposalInput {
  event: HeadroomEvent<Verification>;
  blobs: BlobPort;
  /** Public keys of the verifiers that are believed. */
  trustedKeys: TrustedKeys;
  forge: Forge;
  /**
   * The policy that holds for the repository now, as `ServiceRepository.policy` reads it. @default whatever was verified is proposed
   */
  policy?: Parameters<typeof targetPolicyOf>[1];
}

/** Data of `proposal.opened`, without the case header that the stage adds. */
export type OpenedProposal = Omit<Proposal, 'case'>;

/** How a proposal was written, or why none was. */
export type ProposalResult =
  | { outcome: 'opened'; branchStatus: 'created' | 'updated' | 'exists' | 'none'; proposal: OpenedProposal }
  /** The verdict leads to no proposal. */
  | { outcome: 'nothing-to-propose'; verdict: Verdict }
  | EvidenceRefusal
  /** The repository's policy was tightened since the candidate was judged, and does not want it any more. */
  | { outcome: 'withheld'; stop: Stop }
  /**
   * The branch holds a commit that is not ours, or the case has another proposal of this attempt or a later one; it was left alone.
   * `commit`: what the branch holds, where that was looked at.
   */
  | { outcome: 'human-owned' | 'superseded'; branch: string; commit?: string; message: string };
