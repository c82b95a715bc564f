import { caseCommanded, contextGathered, findingOpened, findingRevised, serviceAssessed } from './events/case.js';
import { draftConcluded, verificationConcluded } from './events/draft.js';
import { proposalOpened, proposalSettled } from './events/proposal.js';
import { opportunityState, scanRequested } from './events/opportunity.js';
import { changeDeployed, measurementRecorded, profileRecorded, signalRaised } from './events/telemetry.js';
import type { EventContract } from './contract.js';

/** Every event type of Headroom, in the order of the flow. */
export const contracts = [
  measurementRecorded,
  profileRecorded,
  changeDeployed,
  signalRaised,
  scanRequested,
  findingOpened,
  findingRevised,
  contextGathered,
  draftConcluded,
  verificationConcluded,
  proposalOpened,
  proposalSettled,
  caseCommanded,
  serviceAssessed,
  opportunityState,
] as unknown as readonly EventContract[];

const byType = new Map(contracts.map((contract) => [contract.type, contract]));
const byTopic = new Map(contracts.map((contract) => [contract.topic, contract]));

/** The contract of a CloudEvents type, or undefined. */
export function contractOfType(type: string): EventContract | undefined {
  return byType.get(type);
}

/** The contract of a topic, or undefined. */
export function contractOfTopic(topic: string): EventContract | undefined {
  return byTopic.get(topic);
}
