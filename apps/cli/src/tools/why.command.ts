import { HeadroomError } from '@headroom/contracts';
import { EXIT, print, printJson } from '../output.js';
import { findTools, type ToolPlace } from './connect.tools.js';

/** What `profiling_explain_verdict` answers of one series. */
interface SeriesVerdict {
  environment: string;
  host_class: string;
  verdict: 'reported' | 'not-reported' | 'not-judged';
  why: string;
  compared: Record<string, number | string>;
  deployments: number;
  set_aside: { deployment: string; reason: string }[];
}

const VERDICTS = { reported: 'reported', 'not-reported': 'not reported', 'not-judged': 'not judged yet' } as const;

function figures(compared: SeriesVerdict['compared']): string {
  const told = Object.entries(compared).map(([name, value]) => {
    const figure = typeof value === 'number' ? Number(value.toPrecision(3)) : value;
    return `${name} ${figure}`;
  });
  return told.length > 0 ? ` [${told.join(', ')}]` : '';
}

/** Says why the detector reported, or did not report, a rise of a function, as of a time. */
export async function whyCommand(
  place: ToolPlace,
  service: string,
  id: string,
  { at, json }: { at?: string | undefined; json?: boolean | undefined },
): Promise<number> {
  const tools = await findTools(place);
  try {
    const answer = await tools.call('profiling_explain_verdict', {
      service,
      function: id,
      ...(at !== undefined && { at }),
    });
    if (!answer.ok) {
      const { code, message, retryable } = answer;
      throw new HeadroomError(message, { code: code as `HEADROOM_${string}`, retryable });
    }
    const result = answer.envelope.result ?? {};
    if (json) {
      printJson(result);
      return EXIT.ok;
    }
    for (const each of result['series'] as SeriesVerdict[]) {
      print(
        `${each.environment} on ${each.host_class}, ${each.deployments} deployments measured: ${VERDICTS[each.verdict]}`,
      );
      print(`  ${each.why}${figures(each.compared)}`);
      for (const { deployment, reason } of each.set_aside) print(`  ${deployment} does not count: ${reason}`);
    }
    if (result['complete'] === false)
      print(`Only the newest ${String(result['judged_profiles'])} profiles were judged.`);
    return EXIT.ok;
  } finally {
    await tools.close();
  }
}
