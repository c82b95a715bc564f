import {
  caseIdOf,
  type DeploymentRef,
  type Finding,
  type HeadroomEvent,
  type Regression,
  type Revised,
  type Signal,
} from '@headroom/contracts';
import type { Finding as Rise, OpenedFinding, ServiceMemory } from '@headroom/detection';

/** Profiles named on each side of a change point: the nearest ones tell most. */
const PROFILES_PER_SIDE = 8;
/** Profiles named with an opportunity. */
const NEWEST_PROFILES = 4;

function deploymentRef(memory: ServiceMemory, id: string): DeploymentRef | undefined {
  const change = memory.changes[id];
  if (!change) return undefined;
  const { deployment, kind, deployedAt, commit, previousCommit, config } = change;
  return {
    deployment,
    kind,
    deployedAt,
    ...(commit === undefined ? {} : { commit }),
    ...(previousCommit === undefined ? {} : { previousCommit }),
    ...(config === undefined ? {} : { config }),
  };
}

function profilesOf(memory: ServiceMemory, deployments: readonly string[]): Regression['profiles']['before'] {
  return deployments.flatMap((id) =>
    (memory.profiles[id] ?? []).map(({ ref, version }) => ({ ...ref, ...(version !== undefined && { version }) })),
  );
}

function regressionOf(rise: Rise, memory: ServiceMemory, changePoint: DeploymentRef): Regression {
  const quiet = rise.series.filter((point) => point.quiet).map((point) => point.deployment);
  const split = quiet.indexOf(rise.changePoint.deployment);
  return {
    environment: rise.environment,
    hostClass: rise.hostClass,
    metric: rise.metric,
    unitOfWork: memory.profiles[rise.changePoint.deployment]?.[0]?.unitOfWork ?? 'request',
    changePoint,
    candidates: rise.candidateDeployments.flatMap(({ id }) => deploymentRef(memory, id) ?? []),
    before: rise.before,
    after: rise.after,
    delta: rise.delta,
    deltaOfService: rise.shareOfService,
    sd: rise.sd,
    p: rise.p,
    q: rise.q,
    counts: { before: rise.counts.before, after: rise.counts.after, setAside: rise.counts.setAside },
    chain: rise.chain,
    grownCallees: rise.grownCallees,
    series: rise.series.map(({ deployment, version, value, quiet: counted }) => ({
      deployment,
      version,
      value,
      quiet: counted,
    })),
    profiles: {
      before: profilesOf(memory, quiet.slice(Math.max(0, split - PROFILES_PER_SIDE), split)),
      after: profilesOf(memory, quiet.slice(split, split + PROFILES_PER_SIDE)),
    },
    qualityFlags: rise.qualityFlags,
  };
}

/**
 * The profile that completed a finding: the newest one of the newest deployment that counts. Where profiles wait for their
 * deployment to be announced, the announcement is only the last to arrive.
 */
export function completingProfile(rise: Rise, memory: ServiceMemory): HeadroomEvent | undefined {
  const newest = rise.series.findLast((point) => point.quiet);
  const profile = newest && memory.profiles[newest.deployment]?.at(-1);
  return profile && { ...profile.event, data: undefined };
}

/** The event that opens a regression case. `repository` is the configured name, else what the deployment said. */
export function regressionFinding(
  rise: Rise,
  memory: ServiceMemory,
  repository: string,
  cause: HeadroomEvent,
): Finding | undefined {
  const changePoint = deploymentRef(memory, rise.changePoint.deployment);
  if (!changePoint) return undefined;
  const identity = { repository, kind: 'regression', subject: rise.subject, anchor: changePoint.deployment } as const;
  return {
    case: { caseId: caseIdOf(identity), attempt: 1, step: 'finding.1', causationId: cause.id },
    kind: 'regression',
    service: rise.service,
    repository,
    subject: rise.subject,
    regression: regressionOf(rise, memory, changePoint),
  };
}

/** The event that tells of a change that was announced after its finding was opened. */
export function lateChange(
  opened: OpenedFinding,
  memory: ServiceMemory,
  about: { repository: string; deployment: string; cause: HeadroomEvent },
): Revised | undefined {
  const change = deploymentRef(memory, about.deployment);
  if (!change) return undefined;
  const { repository, cause } = about;
  const identity = { repository, kind: 'regression', subject: opened.subject, anchor: opened.deployment.id } as const;
  const caseId = caseIdOf(identity);
  const number = (memory.late?.[caseId]?.length ?? 0) + 1;
  return {
    case: { caseId, attempt: 1, step: `revision.${number}`, causationId: cause.id },
    kind: 'regression',
    service: memory.history.service,
    repository,
    subject: opened.subject,
    revision: 'late-change',
    change,
  };
}

/** The event that opens the case of a requested opportunity. */
export function opportunityFinding(event: HeadroomEvent<Signal>, memory: ServiceMemory, repository: string): Finding {
  const { service, subject, subjectContent, skill, requestedBy, note } = event.data;
  const caseId = caseIdOf({ repository, kind: 'opportunity', subject, anchor: subjectContent });
  const newest = Object.values(memory.profiles)
    .flat()
    .sort((left, right) => Date.parse(right.endedAt) - Date.parse(left.endedAt))
    .slice(0, NEWEST_PROFILES);
  return {
    case: { caseId, attempt: 1, step: 'finding.1', causationId: event.id },
    kind: 'opportunity',
    service,
    repository,
    subject,
    opportunity: {
      subjectContent,
      ...(skill === undefined ? {} : { skill }),
      ...(requestedBy === undefined ? {} : { requestedBy }),
      ...(note === undefined ? {} : { note }),
      profiles: newest.map((profile) => profile.ref),
    },
  };
}
