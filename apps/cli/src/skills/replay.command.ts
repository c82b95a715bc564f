import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { replayTranscript, type Transcript } from '@headroom/agent';
import { HeadroomError } from '@headroom/contracts';
import type { HeadroomClient } from '../client.js';
import { EXIT, print, printJson } from '../output.js';

type TranscriptClient = Pick<HeadroomClient, 'details' | 'getBlob'>;

async function transcriptOfCase(client: TranscriptClient, caseId: string): Promise<string> {
  const { view } = await client.details(caseId);
  const transcript = view.draft?.model?.transcript;
  if (!transcript) {
    throw new HeadroomError(
      `No model has finished its work on ${caseId}; "headroom case ${caseId}" tells what was done.`,
      {
        code: 'HEADROOM_TRANSCRIPT_MISSING',
      },
    );
  }
  return (await client.getBlob(transcript)).toString('utf8');
}

function parsed(text: string, which: string): Transcript {
  try {
    return JSON.parse(text) as Transcript;
  } catch (cause) {
    const message = `${which} is no transcript; "headroom case" prints the digest of one for a case that a model worked on.`;
    throw new HeadroomError(message, { code: 'HEADROOM_USAGE', cause });
  }
}

/**
 * Plays a recorded run of the model again and prints its outcome, with the calls, tokens and dollars that it took then.
 * @param which id of a case, or a file with a transcript
 * @throws HeadroomError `HEADROOM_AGENT_REPLAY_DIFFERS`, `HEADROOM_CASE_NOT_FOUND`, `HEADROOM_TRANSCRIPT_MISSING`, `HEADROOM_USAGE`
 */
export async function skillsReplayCommand(
  which: string,
  { json }: { json?: boolean | undefined },
  withClient: (work: (client: TranscriptClient) => Promise<string>) => Promise<string>,
): Promise<number> {
  const text = existsSync(which)
    ? await readFile(which, 'utf8')
    : await withClient((client) => transcriptOfCase(client, which));
  const transcript = parsed(text, which);
  const outcome = await replayTranscript(transcript);
  const { case: about, plan, totals } = transcript;
  if (json) {
    printJson({ case: about, model: plan.context.model, skill: plan.context.skill.name, outcome, totals });
    return EXIT.ok;
  }
  const { turns, toolCalls, usage, usd } = totals;
  const { skill, model } = plan.context;
  const why = outcome.reason === undefined ? '' : ` (${outcome.limit ?? outcome.reason})`;
  print(`${about.caseId}, attempt ${about.attempt}, ${skill.name} ${skill.version}: ${outcome.outcome}${why}`);
  print(outcome.summary);
  for (const { text: fact, evidence } of outcome.facts) print(`  ${fact} (${evidence.join(', ')})`);
  for (const { title, files } of outcome.candidates) print(`  ${title}: ${files.join(', ')}`);
  print(`calls   ${turns} of ${model}, ${toolCalls} of tools; none was made again`);
  print(`tokens  ${usage.input + usage.cacheWrite} read, ${usage.cacheRead} from the cache, ${usage.output} written`);
  print(`cost    USD ${usd.toFixed(4)}`);
  return EXIT.ok;
}
