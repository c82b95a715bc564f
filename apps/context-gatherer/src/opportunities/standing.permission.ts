import type { CaseView } from '@headroom/cases';
import { caseIdOf, signalRaised, uuidv5, type Signal } from '@headroom/contracts';
import { isUnderWay, OpportunityCases, type KnownOpportunity } from '@headroom/indexes';
import type { AutomaticOpportunities } from '@headroom/platform';
import type { EventPublisher } from '@headroom/runtime';
import type { ScanMemory } from './scan.state.js';
import type { ScanResult } from './service.scan.js';

/** States in which a regression needs the stages that an opportunity would need too. */
const AT_WORK: readonly CaseView['state'][] = ['investigating', 'drafting', 'verifying', 'proposing'];

/** What {@link admissible} decides by. */
export interface Admission {
  permission: AutomaticOpportunities;
  /** By rank. */
  opportunities: readonly KnownOpportunity[];
  /** Every case there is. */
  cases: readonly CaseView[];
  /** Cases that this permission holds open. */
  open: number;
}

/**
 * The opportunities that a standing permission lets begin now, the best first: those that a playbook rewrites, with a skill that the
 * permission names, that save enough and that nobody works on or has said no to. None while any regression is being worked on: what is
 * wrong goes before what could be better.
 */
export function admissible({ permission, opportunities, cases, open }: Admission): KnownOpportunity[] {
  const isBusy = cases.some(({ kind, state }) => kind === 'regression' && AT_WORK.includes(state));
  if (isBusy || open >= permission.max) return [];
  const known = new OpportunityCases(cases);
  const chosen: KnownOpportunity[] = [];
  const subjects = new Set<string>();
  for (const each of opportunities) {
    const { certainty, saving, skill, subject } = each.found;
    const isWanted =
      certainty === 'rewrite' && saving.share >= permission.minimumSaving && permission.skills.includes(skill.name);
    // One case a function: another skill gets its turn when the code is another.
    if (!isWanted || subjects.has(subject) || known.of(each)) continue;
    subjects.add(subject);
    chosen.push(each);
  }
  return chosen.slice(0, permission.max - open);
}

function signalOf({ service, repository, found }: KnownOpportunity, team: string): Signal {
  const percent = (found.saving.share * 100).toPrecision(2);
  return {
    service,
    kind: 'opportunity-requested',
    repository,
    subject: found.subject,
    subjectContent: found.subjectContent,
    skill: found.skill.name,
    requestedBy: `standing permission of team ${team}: opportunities.automatic of ${service}`,
    note: `${found.rule.message} Expected saving: ${percent} % of the CPU of ${service}.`,
  };
}

/**
 * Asks for what the owner of a service has allowed to begin by itself. Nothing without a permission, and nothing where the repository's
 * own file says `opportunities: off`. To be called under the lease of the service.
 */
export async function admitByPermission(
  service: string,
  { settings, policy, opportunities }: ScanResult,
  parts: { memory: ScanMemory; publisher: EventPublisher; cases: readonly CaseView[] },
): Promise<KnownOpportunity[]> {
  const { automatic: permission } = settings.opportunities;
  if (!permission || policy.opportunities === 'off') return [];
  const { memory, publisher, cases } = parts;
  const views = new Map(cases.map((view) => [view.caseId, view]));
  // A case that is not there yet has been asked for and is on its way.
  const open = (await memory.admitted(service)).filter(({ caseId }) => {
    const view = views.get(caseId);
    return view === undefined || isUnderWay(view);
  });
  const asked = new Set(open.map(({ caseId }) => caseId));
  const waiting = opportunities.filter((each) => !asked.has(idOf(each)));
  const admitted = admissible({ permission, opportunities: waiting, cases, open: open.length });
  const noted = admitted.map((each) => ({
    caseId: idOf(each),
    opportunity: each.id,
    signal: signalOf(each, settings.team),
  }));
  // First noted, then published: what is not counted would be one too many, and what was lost in between is published the next time.
  await memory.rememberAdmitted(service, [...open, ...noted]);
  for (const { caseId, signal } of [...open, ...noted]) {
    if (views.has(caseId)) continue;
    const id = uuidv5(JSON.stringify(['standing-permission', signal]));
    await publisher.publish(signalRaised, signal, { id, subject: service });
  }
  return admitted;
}

function idOf({ repository, found: { subject, subjectContent } }: KnownOpportunity): string {
  return caseIdOf({ repository, kind: 'opportunity', subject, anchor: subjectContent });
}
