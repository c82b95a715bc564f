import { HeadroomError } from '@headroom/contracts';
import type { HeadroomClient } from '../client.js';
import { EXIT, print, printJson } from '../output.js';
import { skillStatistics, type CountedCase } from './skill.statistics.js';

interface CitedDossier {
  report?: { citations?: { skill?: string }[] };
}

/** Skills that a dossier offers: it cites each of them. */
async function offeredIn(client: Pick<HeadroomClient, 'dossier'>, caseId: string): Promise<string[]> {
  try {
    const { report } = JSON.parse(await client.dossier(caseId, 'json')) as CitedDossier;
    return (report?.citations ?? []).flatMap(({ skill }) => (skill === undefined ? [] : [skill]));
  } catch (error) {
    // A case without a dossier was not offered a skill, or not yet.
    if (error instanceof HeadroomError && error.code === 'HEADROOM_DOSSIER_MISSING') return [];
    throw error;
  }
}

function byName(counts: Record<string, number>): string {
  const parts = Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
  return parts.length === 0 ? '0' : parts.map(([name, number]) => `${number} ${name}`).join(', ');
}

/** Tells by skill what became of the cases: matched, drafted, left alone, judged, proposed, settled. */
export async function skillsStatsCommand(
  client: Pick<HeadroomClient, 'overview' | 'details' | 'dossier'>,
  { json }: { json?: boolean | undefined },
): Promise<number> {
  const { cases } = await client.overview();
  const counted: CountedCase[] = [];
  for (const { caseId } of cases) {
    const { view } = await client.details(caseId);
    counted.push({ view, offered: await offeredIn(client, caseId) });
  }
  const statistics = skillStatistics(counted);
  if (json) {
    printJson({ cases: cases.length, skills: statistics });
    return EXIT.ok;
  }
  for (const each of statistics) {
    print(`${each.skill}: ${each.matched} matched, ${each.drafted} drafted`);
    print(`  left alone: ${byName(each.abstained)}`);
    print(`  judged: ${byName(each.verified)}`);
    print(`  proposals: ${each.opened} opened, ${each.merged} merged; else ${byName(each.closed)}`);
  }
  print(`${cases.length} cases`);
  return EXIT.ok;
}
