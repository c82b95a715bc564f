import { join } from 'node:path';
import { HeadroomError, sha256, signalRaised, uuidv5, type Signal } from '@headroom/contracts';
import { repositoryLocation, type HeadroomConfig } from '@headroom/platform';
import { findSymbol, listSymbols, parseFunctionId, suggestSymbols, symbolText } from '@headroom/source';
import { openMirror } from '@headroom/workspace';
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

/** What a request needs to read the subject on the base branch. */
export interface RequestContext {
  config: HeadroomConfig;
  configDir: string;
  dataDir: string;
}

async function subjectContent(subject: string, service: string, context: RequestContext): Promise<Partial<Signal>> {
  const settings = context.config.services[service];
  if (!settings) {
    const known = Object.keys(context.config.services).join(', ') || 'none';
    throw new HeadroomError(`The service "${service}" is not configured; configured are: ${known}.`, {
      code: 'HEADROOM_SERVICE_NOT_CONFIGURED',
    });
  }
  const { path, symbol } = parseFunctionId(subject);
  const mirror = await openMirror({
    location: repositoryLocation(settings, context),
    cacheDir: join(context.dataDir, 'mirrors'),
  });
  const commit = await mirror.resolve(settings.repository.branch);
  const source = await mirror.readFile(commit, path);
  if (source === undefined) {
    throw new HeadroomError(`${path} is not on branch "${settings.repository.branch}" of ${settings.repository.name}.`, {
      code: 'HEADROOM_SUBJECT_NOT_FOUND',
    });
  }
  const found = findSymbol(source, path, symbol);
  if (!found) {
    const near = suggestSymbols(listSymbols(source, path), symbol).map((name) => `${path}:${name}`);
    throw new HeadroomError(`${path} has no function "${symbol}". Did you mean ${near.join(', ') || 'another file'}?`, {
      code: 'HEADROOM_SUBJECT_NOT_FOUND',
    });
  }
  return { repository: settings.repository.name, subjectContent: sha256(symbolText(source, found)) };
}

/** Asks for a pull request for an opportunity; the same code asked for twice is one case. */
export async function requestCommand(
  client: HeadroomClient,
  subject: string,
  context: RequestContext,
  options: RequestOptions,
): Promise<number> {
  const data = {
    service: options.service,
    kind: 'opportunity-requested',
    subject,
    ...(await subjectContent(subject, options.service, context)),
    ...(options.skill === undefined ? {} : { skill: options.skill }),
    ...(options.note === undefined ? {} : { note: options.note }),
    ...(options.requestedBy === undefined ? {} : { requestedBy: options.requestedBy }),
  };
  const id = uuidv5(JSON.stringify([data, new Date().toISOString()]));
  const result = await client.publish([
    { specversion: '1.0', id, source: '/headroom/request', type: signalRaised.type, time: new Date().toISOString(), data },
  ]);
  const refused = result.refused[0];
  if (options.json) printJson({ id, subject, ...result });
  else if (!refused) print(`Requested. Follow it with "headroom cases" (${client.via}).`);
  if (!refused) return EXIT.ok;
  const reasons = refused.issues.map((issue) => `${issue.path}: ${issue.reason}`).join('; ');
  throw new HeadroomError(`The request was refused: ${reasons}`, { code: 'HEADROOM_EVENT_INVALID' });
}
