import { LARGE_SHARE_OF_SERVICE } from '../matching/match.input.js';
import type { FindingFigures, PlaybookInput } from '../playbooks/playbook.js';
import type { EvalSpec } from './eval.case.js';

/** Deployment at which the change of every case came. */
const DEPLOYMENT = 'd02';

/** What a playbook is told beyond code: the cause that is no commit, the figures, the owners, the costs around the subject. */
export function factsOf(spec: EvalSpec, commit: string): Partial<PlaybookInput> {
  const { kind, cause, owners, ranked, domains } = spec;
  if (kind === 'opportunity') return {};
  return {
    cause: cause.kind,
    ...(cause.kind === 'config' && { config: { ...cause, deployment: DEPLOYMENT } }),
    ...(cause.kind === 'experiment' && { experiment: { ...cause, deployment: DEPLOYMENT } }),
    ...(cause.kind === 'dependency' && { dependency: { ...cause, commit, deployment: DEPLOYMENT } }),
    figures: figuresOf(spec),
    owners: owners.map((who) => ({ who, why: 'CODEOWNERS' })),
    ranked,
    ...(domains && { domains: domains.map((domain) => ({ ...domain, evidence: ['profile'] })) }),
    looksSecret: (key) => /password|secret|token|credential|api_?key/i.test(key),
  };
}

function figuresOf({ growth, figures: { before, after } }: EvalSpec): FindingFigures {
  return {
    metric: 'cpu-seconds-per-unit',
    unitOfWork: 'request',
    before,
    after,
    delta: after - before,
    deltaOfService: growth === 'large' ? 2 * LARGE_SHARE_OF_SERVICE : LARGE_SHARE_OF_SERVICE / 5,
    deployment: DEPLOYMENT,
  };
}
