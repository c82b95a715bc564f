export { type BlobReader, type EvidenceRefusal } from './proven.change.js';
export {
  type BranchRequest,
  type BranchResult,
  type ClosingRequest,
  type ClosingResult,
  type Forge,
  type ForgeAuthor,
  type ProposalFiles,
  type ProposalPlace,
} from './forge/forge.js';
export { LocalForge, type LocalForgeOptions } from './forge/local.forge.js';
export {
  PROPOSAL_AUTHOR,
  type BlobPort,
  type OpenedProposal,
  type ProposalResult,
  type WriteProposalInput,
} from './proposal.input.js';
export { isProposed, writeProposal } from './proposal.writer.js';
