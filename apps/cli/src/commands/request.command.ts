import { HeadroomError, sha256, signalRaised, uuidv5, type Signal } from '@headroom/contracts';
import { findSymbol, listSymbols, parseFunctionId, suggestSymbols, symbolText } from '@headroom/source';
import type { ServiceRepositories } from '@headroom/workspace';
import type { HeadroomClient } from '../client.js';
import { EXIT, print, printJson } from '../output.js';

/** Options of `headroom request`. */
export interface RequestOptions {
  service: string;
  skill?: string;
  note?: string;
  requestedBy?: string;
  json?: boolean;
}

/** Reads the subject on the base branch: the same code asked for twice is one case. */
async function describeSubject(
  subject: string,
  service: string,
  repositories: ServiceRepositories,
): Promise<Pick<Signal, 'repository' | 'subjectContent'>> {
  const { path, symbol } = parseFunctionId(subject);
  const { settings, mirror } = await repositories.open(service);
  const { name, branch } = settings.repository;
  const source = await mirror.readFile(await mirror.resolve(branch), path);
  if (source === undefined) {
    throw new HeadroomError(`There is no ${path} on branch "${branch}" of ${name}.`, {
      code: 'HEADROOM_SUBJECT_NOT_FOUND',
    });
  }
  const found = findSymbol(source, path, symbol);
  if (found) return { repository: name, subjectContent: sha256(symbolText(source, found)) };
  const near = suggestSymbols(listSymbols(source, path), symbol).map((each) => `${path}:${each}`);
  throw new HeadroomError(`${path} has no function "${symbol}". Did you mean ${near.join(', ') || 'another file'}?`, {
    code: 'HEADROOM_SUBJECT_NOT_FOUND',
  });
}

/** Publishes the request for an opportunity; returns the id of its event. */
export async function requestOpportunity(
  client: HeadroomClient,
  subject: string,
  repositories: ServiceRepositories,
  options: Omit<RequestOptions, 'json'>,
): Promise<string> {
  const { service, skill, note, requestedBy } = options;
  const data: Signal = {
    service,
    kind: 'opportunity-requested',
    subject,
    ...(await describeSubject(subject, service, repositories)),
    ...(skill === undefined ? {} : { skill }),
    ...(note === undefined ? {} : { note }),
    ...(requestedBy === undefined ? {} : { requestedBy }),
  };
  const time = new Date().toISOString();
  const id = uuidv5(JSON.stringify([data, time]));
  const event = { specversion: '1.0', id, source: '/headroom/request', type: signalRaised.type, time, data };
  const { refused } = await client.publish([event]);
  const reasons = refused.flatMap(({ issues }) => issues.map((issue) => `${issue.path}: ${issue.reason}`));
  if (reasons.length === 0) return id;
  throw new HeadroomError(`The request was refused: ${reasons.join('; ')}`, { code: 'HEADROOM_EVENT_INVALID' });
}

/** Asks for a pull request for an opportunity. */
export async function requestCommand(
  client: HeadroomClient,
  subject: string,
  repositories: ServiceRepositories,
  options: RequestOptions,
): Promise<number> {
  const id = await requestOpportunity(client, subject, repositories, options);
  if (options.json) printJson({ id, subject, service: options.service });
  else print(`Requested (${client.via}). Follow it with "headroom cases".`);
  return EXIT.ok;
}
