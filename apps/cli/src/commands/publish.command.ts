import { parseEvent, EventRefusedError, type EventIssue } from '@headroom/contracts';
import type { RecordedProfile } from '@headroom/profiling';
import type { HeadroomClient } from '../client.js';
import { environment } from '../environment.js';
import { EXIT, notice, printJson } from '../output.js';
import { deployedChanges, hasDeployments } from './commit.sources.js';
import { readEventLines } from './event-lines.js';
import { profileEvent, type ProfileOptions, type ProfileSurroundings } from './profile.event.js';

/** Options of `headroom publish`. */
export interface PublishOptions extends ProfileOptions {
  profile: string[];
  dryRun?: boolean;
  /** Where deployments are asked for. */
  data: string;
  url?: string | undefined;
  json?: boolean;
}

/** What became of one event. */
interface Outcome {
  /** `events.jsonl:3`, or the file of a profile. */
  origin: string;
  id?: string;
  refused?: readonly EventIssue[];
}

interface Candidate {
  origin: string;
  value: unknown;
}

function check({ origin, value }: Candidate): Outcome {
  try {
    return { origin, id: parseEvent(value).event.id };
  } catch (error) {
    if (error instanceof EventRefusedError) return { origin, refused: error.issues };
    throw error;
  }
}

function warnOfUnresolved(origin: string, { stacks }: RecordedProfile): void {
  const { unresolvedFrames, unmappedFiles, problems } = stacks.summary;
  if (unresolvedFrames > 0)
    notice(`${origin}: ${unresolvedFrames} frames keep the engine's names; is --source the checkout that ran?`);
  if (unmappedFiles.length > 0) {
    notice(
      `${origin}: no path map for ${unmappedFiles.slice(0, 3).join(', ')}; add --path-map <container prefix>=<repository prefix>`,
    );
  }
  for (const problem of problems.slice(0, 3)) notice(`${origin}: ${problem}`);
}

function report(outcomes: readonly Outcome[], json: boolean | undefined): number {
  const refused = outcomes.filter((each) => each.refused);
  if (json) {
    printJson({ accepted: outcomes.filter((each) => !each.refused), refused });
  } else {
    for (const { origin, refused: issues } of refused) {
      for (const issue of issues ?? []) notice(`${origin}: refused, ${issue.path}: ${issue.reason}`);
    }
    notice(`${outcomes.length - refused.length} accepted, ${refused.length} refused`);
  }
  return refused.length === 0 ? EXIT.ok : EXIT.refused;
}

/** Payloads first: an event never names what is not there. */
async function send(
  client: HeadroomClient,
  valid: readonly (Candidate & { outcome: Outcome })[],
  profiles: readonly RecordedProfile[],
): Promise<void> {
  for (const { event, blob } of profiles) await client.putBlob(blob, event.data.profile.mediaType);
  const { refused } = await client.publish(valid.map(({ value }) => value));
  for (const { index, issues } of refused) {
    // A gateway may refuse what conforms: events that only Headroom writes, or larger ones than a topic takes.
    const outcome = valid[index]?.outcome;
    if (outcome) outcome.refused = issues;
  }
}

/** A dry run opens no data directory that is not there. */
function deployments(
  client: () => Promise<HeadroomClient>,
  options: PublishOptions,
): Pick<ProfileSurroundings, 'changes'> {
  const { service } = options;
  if (service === undefined || (options.dryRun && !hasDeployments(options))) return {};
  return { changes: deployedChanges({ client, service }) };
}

/** Publishes events from JSON lines and profiles from files; what does not conform is named and left out. */
export async function publishCommand(
  client: () => Promise<HeadroomClient>,
  files: readonly string[],
  options: PublishOptions,
): Promise<number> {
  const candidates: Candidate[] = [];
  const outcomes: Outcome[] = [];
  for (const file of files) {
    for (const line of await readEventLines(file)) {
      const origin = `${file === '-' ? 'standard input' : file}:${line.line}`;
      if ('refused' in line) outcomes.push({ origin, refused: [line.refused] });
      else candidates.push({ origin, value: line.value });
    }
  }
  const profiles: RecordedProfile[] = [];
  for (const file of options.profile) {
    const built = await profileEvent(file, options, { env: environment.inherited, ...deployments(client, options) });
    warnOfUnresolved(file, built);
    candidates.push({ origin: file, value: built.event });
    profiles.push(built);
  }

  const checked = candidates.map((candidate) => ({ ...candidate, outcome: check(candidate) }));
  outcomes.push(...checked.map(({ outcome }) => outcome));
  const valid = checked.filter(({ outcome }) => !outcome.refused);
  if (options.dryRun) {
    for (const { value } of valid) printJson(value);
    for (const { event, blob } of profiles) {
      printJson({ blob: { ...event.data.profile, base64: Buffer.from(blob).toString('base64') } });
    }
    return report(outcomes, false);
  }
  if (valid.length > 0) await send(await client(), valid, profiles);
  return report(outcomes, options.json);
}
