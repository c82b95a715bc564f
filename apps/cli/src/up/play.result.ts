import type { ServiceView } from '@headroom/cases';
import type { CaseKind } from '@headroom/contracts';
import { CaseQueries, type CaseDetails } from '@headroom/gateway';
import { ensureKeyPair } from '@headroom/verification';
import { keysDir } from '../data-directory.js';
import type { Host } from './host.js';

/** What a play came to. */
export interface PlayResult {
  /** Both cases were proven by measurement and proposed. */
  proven: boolean;
  /**
   * Each of the two came to an end that can be stood by: proposed, abstained, or stopped because the machine was too
   * noisy to tell.
   */
  honest: boolean;
  cases: CaseDetails[];
  services: ServiceView[];
  /** Address of the host while it serves. */
  url: string;
  dataDir: string;
}

function endsHonestly({ view }: CaseDetails): boolean {
  return view.state === 'proposed' || view.state === 'abstained' || view.state === 'parked';
}

/** Collects the outcome of a play: the regression found, the opportunity asked for. */
export async function playResult(host: Host, service: string, dataDir: string): Promise<PlayResult> {
  const { trustedKeys } = await ensureKeyPair(keysDir(dataDir));
  const queries = new CaseQueries({ ...host.parts, trustedKeys });
  const { cases, services } = await queries.overview();
  const details: CaseDetails[] = [];
  for (const each of cases.filter((one) => one.service === service)) details.push(await queries.details(each.caseId));

  const ofKind = (kind: CaseKind): CaseDetails[] => details.filter(({ view }) => view.kind === kind);
  const tooNoisy = services.some((each) => each.service === service && each.status === 'noisy-machine');
  const regressions = ofKind('regression');
  const opportunities = ofKind('opportunity');
  return {
    proven:
      regressions.length > 0 && opportunities.length > 0 && details.every(({ view }) => view.state === 'proposed'),
    honest:
      (regressions.length > 0 || tooNoisy) && opportunities.length > 0 && details.every((each) => endsHonestly(each)),
    cases: details,
    services,
    url: host.url,
    dataDir,
  };
}
