import { isSettled, renderCase, renderCaseList } from '@headroom/cases';
import { HeadroomError } from '@headroom/contracts';
import type { CaseCommandRequest } from '@headroom/gateway';
import type { HeadroomClient } from '../client.js';
import { EXIT, print, printJson } from '../output.js';

/** Lists the cases and what can be said of each service. */
export async function casesCommand(client: HeadroomClient, options: { json?: boolean }): Promise<number> {
  const overview = await client.overview();
  if (options.json) {
    printJson(overview);
    return EXIT.ok;
  }
  print(renderCaseList(overview.cases));
  for (const service of overview.services) print(`${service.service} (${service.environment}): ${service.message}`);
  return EXIT.ok;
}

/** Shows one case: timeline, evidence, proposal. */
export async function caseCommand(client: HeadroomClient, id: string, options: { json?: boolean }): Promise<number> {
  const details = await client.details(id);
  if (options.json) printJson(details);
  else print(renderCase(details.view, details));
  return EXIT.ok;
}

/**
 * Prints the diff of a case's candidate, as `git apply` takes it.
 * @throws HeadroomError `HEADROOM_CASE_HAS_NO_PATCH`
 */
export async function casePatchCommand(client: HeadroomClient, id: string): Promise<number> {
  const { view } = await client.details(id);
  if (!view.patch) {
    const message = `The case ${id} has no patch: it is ${view.state}. "headroom case ${id}" says what happened.`;
    throw new HeadroomError(message, { code: 'HEADROOM_CASE_HAS_NO_PATCH' });
  }
  process.stdout.write(await client.getBlob(view.patch));
  return EXIT.ok;
}

/**
 * Shows one case and then what happens to it, until it is settled or the signal fires. With `json`, one document a line and
 * change.
 */
export async function followCaseCommand(
  client: HeadroomClient,
  id: string,
  options: { json?: boolean; signal: AbortSignal },
): Promise<number> {
  const told = new Set<string>();
  for await (const details of client.follow(id, options.signal)) {
    const { view } = details;
    if (options.json) printJson(details);
    else if (told.size === 0) print(renderCase(view, details));
    for (const { eventId, digest, stage, what } of view.timeline) {
      const key = `${eventId}|${digest}`;
      if (told.size > 0 && !told.has(key) && !options.json) print(`${stage.padEnd(16)} ${what}`);
    }
    for (const { eventId, digest } of view.timeline) told.add(`${eventId}|${digest}`);
    if (isSettled(view)) return EXIT.ok;
  }
  return EXIT.ok;
}

const DONE = {
  retry: 'A new attempt begins',
  resume: 'It goes on',
  dismiss: 'It is dismissed',
  snooze: 'It waits',
} as const satisfies Record<CaseCommandRequest['command'], string>;

/** Commands a case: retry, resume, dismiss, snooze. */
export async function commandCaseCommand(
  client: HeadroomClient,
  id: string,
  request: CaseCommandRequest,
  options: { json?: boolean },
): Promise<number> {
  const answer = await client.command(id, request);
  if (options.json) printJson(answer);
  else
    print(`${DONE[request.command]}: ${id}, attempt ${answer.attempt}. Follow it with "headroom case ${id} --follow".`);
  return EXIT.ok;
}
