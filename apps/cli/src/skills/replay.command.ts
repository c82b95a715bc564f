import { replayTranscript, type Transcript } from '@headroom/agent';
import { HeadroomError } from '@headroom/contracts';
import { z } from 'zod';
import type { HeadroomClient } from '../client.js';
import { EXIT, print, printJson } from '../output.js';
import { textOfCaseOrFile } from './case.or.file.js';

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

/** What of a transcript has to be there to be played; whether it is what was recorded shows when it is. */
const transcriptSchema = z.looseObject({
  format: z.literal('headroom.agent.transcript'),
  case: z.looseObject({ caseId: z.string(), attempt: z.number() }),
  plan: z.looseObject({ context: z.looseObject({ skill: z.looseObject({ name: z.string() }) }) }),
  entries: z.array(z.looseObject({ kind: z.string(), digest: z.string() })),
  totals: z.looseObject({ usd: z.number(), usage: z.record(z.string(), z.number()) }),
});

function parsed(text: string, which: string): Transcript {
  try {
    return transcriptSchema.parse(JSON.parse(text)) as unknown as Transcript;
  } catch (cause) {
    const message = `${which} is no transcript; "headroom case" prints the digest of one for a case that a model worked on.`;
    throw new HeadroomError(message, { code: 'HEADROOM_USAGE', cause });
  }
}

/**
 * Plays a recorded run of the model again and prints its outcome, with the calls, tokens and dollars that it took then.
 * @param which id of a case, or a file with a transcript
 * @throws HeadroomError `HEADROOM_AGENT_REPLAY_DIFFERS`, `HEADROOM_CASE_NOT_FOUND`, `HEADROOM_TRANSCRIPT_MISSING`,
 *   `HEADROOM_INPUT_NOT_FOUND`, `HEADROOM_USAGE`
 */
export async function skillsReplayCommand(
  which: string,
  { json }: { json?: boolean | undefined },
  withClient: (work: (client: TranscriptClient) => Promise<string>) => Promise<string>,
): Promise<number> {
  const text = await textOfCaseOrFile(which, (caseId) => withClient((client) => transcriptOfCase(client, caseId)));
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
