import { caseIdOf, functionIdSchema, HeadroomError, sha256, signalRaised, type Signal } from '@headroom/contracts';
import type { OpportunityItem } from '@headroom/gateway';
import { findSymbol, listSymbols, parseFunctionId, suggestSymbols, symbolText } from '@headroom/source';
import type { ServiceRepositories } from '@headroom/workspace';
import type { HeadroomClient } from '../client.js';
import { EXIT, print, printJson } from '../output.js';
import { publishOne } from './publish.one.js';

/** What may be said with a request. */
export interface RequestDetails {
  skill?: string;
  note?: string;
  requestedBy?: string;
}

/** Options of `headroom request`. */
export interface RequestOptions extends RequestDetails {
  service?: string;
  /** The configured services. */
  services: readonly string[];
  json?: boolean;
}

const OPPORTUNITY_ID = /^opt-[0-9a-f]{20}$/;

function usage(message: string): HeadroomError {
  return new HeadroomError(message, { code: 'HEADROOM_USAGE' });
}

/** Reads the subject on the base branch: the same code asked for twice is one case. */
async function describeSubject(
  subject: string,
  service: string,
  repositories: ServiceRepositories,
): Promise<Required<Pick<Signal, 'repository' | 'subjectContent'>>> {
  const { path, symbol } = parseFunctionId(subject);
  const opened = await repositories.open(service);
  const { settings, mirror } = opened;
  const { name, branch } = settings.repository;
  if ((await opened.policy()).opportunities === 'off') {
    throw new HeadroomError(
      `${name} wants no opportunities worked on: its own .headroom.yml on branch "${branch}" says opportunities: off.`,
      { code: 'HEADROOM_OPPORTUNITIES_OFF' },
    );
  }
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

function publishSignal(client: HeadroomClient, signal: Signal): Promise<string> {
  return publishOne(client, signalRaised, signal, '/headroom/request');
}

/** Publishes the request for a function; returns the id of its event. */
export async function requestOpportunity(
  client: HeadroomClient,
  subject: string,
  repositories: ServiceRepositories,
  { service, skill, note, requestedBy }: RequestDetails & { service: string },
): Promise<string> {
  return publishSignal(client, {
    service,
    kind: 'opportunity-requested',
    subject,
    ...(await describeSubject(subject, service, repositories)),
    ...(skill === undefined ? {} : { skill }),
    ...(note === undefined ? {} : { note }),
    ...(requestedBy === undefined ? {} : { requestedBy }),
  });
}

/** Subject, skill and content as the catalogue has them, if the base branch still has that code. */
async function requestKnown(
  client: HeadroomClient,
  known: OpportunityItem,
  repositories: ServiceRepositories,
  { note, requestedBy }: RequestDetails,
): Promise<string> {
  const { id, service, subject, subjectContent, skill, base } = known;
  const now = await describeSubject(subject, service, repositories).catch((error: unknown) => {
    const isGone = error instanceof HeadroomError && error.code === 'HEADROOM_SUBJECT_NOT_FOUND';
    if (isGone) return undefined;
    throw error;
  });
  if (now?.subjectContent !== subjectContent) {
    throw new HeadroomError(
      `The code of ${subject} has changed since ${id} was found at commit ${base.commit.slice(0, 12)}. Look again: headroom opportunities --scan --service ${service}.`,
      { code: 'HEADROOM_OPPORTUNITY_CHANGED' },
    );
  }
  const { repository } = now;
  const caseId = caseIdOf({ repository, kind: 'opportunity', subject, anchor: subjectContent });
  if (known.case?.caseId === caseId) {
    throw new HeadroomError(
      `There is a case for ${id} already, ${caseId} (${known.case.state}): see "headroom case ${caseId}"; "headroom case retry ${caseId}" begins it anew.`,
      { code: 'HEADROOM_OPPORTUNITY_HAS_CASE' },
    );
  }
  return publishSignal(client, {
    service,
    kind: 'opportunity-requested',
    subject,
    repository,
    subjectContent,
    skill: skill.name,
    ...(note === undefined ? {} : { note }),
    ...(requestedBy === undefined ? {} : { requestedBy }),
  });
}

/** The service that runs a function: the one that is named, the only one that there is, or the one whose opportunity it is. */
async function serviceOf(client: HeadroomClient, subject: string, options: RequestOptions): Promise<string> {
  const { service, services } = options;
  if (service !== undefined) return service;
  if (services.length === 1) return services[0]!;
  if (services.length === 0) throw usage('The configuration names no service; name one that does with --config.');
  const known = (await client.opportunities({})).filter((each) => each.subject === subject);
  const [first, ...more] = new Set(known.map((each) => each.service));
  if (first !== undefined && more.length === 0) return first;
  throw usage(`Say which service runs ${subject}: --service <name>; configured are ${services.join(', ')}.`);
}

/**
 * Asks for a pull request for an opportunity, given by its id or by its function.
 * @throws HeadroomError `HEADROOM_OPPORTUNITY_NOT_FOUND`, `HEADROOM_OPPORTUNITY_CHANGED`, `HEADROOM_OPPORTUNITY_HAS_CASE`,
 *   `HEADROOM_OPPORTUNITIES_OFF`, `HEADROOM_SUBJECT_NOT_FOUND`
 */
export async function requestCommand(
  client: HeadroomClient,
  what: string,
  repositories: ServiceRepositories,
  options: RequestOptions,
): Promise<number> {
  const { id, subject, service } = OPPORTUNITY_ID.test(what)
    ? await byId(client, what, repositories, options)
    : await byFunction(client, what, repositories, options);
  if (options.json) printJson({ id, subject, service });
  else print(`Requested (${client.via}). Follow it with "headroom cases".`);
  return EXIT.ok;
}

interface Requested {
  id: string;
  subject: string;
  service: string;
}

async function byId(
  client: HeadroomClient,
  id: string,
  repositories: ServiceRepositories,
  options: RequestOptions,
): Promise<Requested> {
  const known = await client.opportunity(id);
  const { service, subject, skill } = known;
  const isOther = (given: string | undefined, own: string): boolean => given !== undefined && given !== own;
  if (isOther(options.service, service) || isOther(options.skill, skill.name)) {
    throw usage(
      `${id} is of the service ${service} and the skill ${skill.name}; leave --service and --skill out, or ask for the function: headroom request ${subject} --service ${service} --skill <name>.`,
    );
  }
  return { id: await requestKnown(client, known, repositories, options), subject, service };
}

async function byFunction(
  client: HeadroomClient,
  subject: string,
  repositories: ServiceRepositories,
  options: RequestOptions,
): Promise<Requested> {
  if (!functionIdSchema.safeParse(subject).success) {
    throw usage(
      `"${subject}" names no function and no opportunity; write path/to/file.ts:qualified.name, or an id of "headroom opportunities".`,
    );
  }
  const service = await serviceOf(client, subject, options);
  return { id: await requestOpportunity(client, subject, repositories, { ...options, service }), subject, service };
}
