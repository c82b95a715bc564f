import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { loadConfig, type HeadroomConfig } from '@headroom/platform';
import { parseKafkaUrl } from '@headroom/runtime';
import { keysDir, proposalsDir } from '../data-directory.js';
import type { StageName } from '../stages.js';

/** Where a process listens. */
export interface HttpAddress {
  host: string;
  port: number;
}

/** What a deployed stage is told, by options or by the environment; each may be missing. */
export interface RunOptions {
  data: string;
  bus?: string | undefined;
  store?: string | undefined;
  blobs?: string | undefined;
  config?: string | undefined;
  keys?: string | undefined;
  proposals?: string | undefined;
  http?: string | undefined;
  token?: string | undefined;
  tokenFile?: string | undefined;
}

/** What a deployed stage runs with. */
export interface RunSettings {
  stage: StageName;
  /** Address of the log; may hold a password. */
  bus: string;
  /** Address of the key-value store; may hold a password. */
  store: string;
  /** Payload folder that all stages share. */
  blobsDir: string;
  /** Folder of this process alone: mirrors and checkouts. */
  dataDir: string;
  /** Folder of the signing key (verifier) or of the trusted public keys (pr-writer, gateway). */
  keysDir: string;
  /** Proposals of the local forge; every pr-writer has to find those of the others. */
  proposalsDir: string;
  http: HttpAddress;
  /** Of the gateway; empty elsewhere. */
  token: string;
  config: HeadroomConfig;
  configDir: string;
}

/** Shortest token of a gateway or tool-server, characters. */
const MIN_TOKEN_LENGTH = 16;

function usage(message: string): HeadroomError {
  return new HeadroomError(message, { code: 'HEADROOM_USAGE' });
}

function checkedBus(value: string): string {
  parseKafkaUrl(value);
  return value;
}

/**
 * Checks the address of a key-value store; it may hold a password, so the message does not repeat it.
 * @throws HeadroomError `HEADROOM_USAGE`
 */
export function checkedStore(value: string): string {
  if (/^rediss?:\/\/./.test(value) && URL.canParse(value)) return value;
  throw usage('--store (HEADROOM_STORE) is not the address of a Redis; write it like redis://:password@redis:6379/0.');
}

/**
 * Reads `host:port`; an IPv6 address stands in brackets.
 * @throws HeadroomError `HEADROOM_USAGE`
 */
export function parseHttpAddress(text: string): HttpAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host !== undefined && port <= 65_535) return { host, port };
  throw usage(`--http (HEADROOM_HTTP) is "${text}"; write host:port, for example 0.0.0.0:8080 or [::1]:8080.`);
}

async function readToken({ token, tokenFile }: RunOptions): Promise<string> {
  if (!tokenFile) return token ?? '';
  try {
    return (await readFile(tokenFile, 'utf8')).trim();
  } catch (error) {
    throw usage(`The token file ${tokenFile} cannot be read (${messageOf(error)}).`);
  }
}

/**
 * The token of a process that is asked over HTTP.
 * @throws HeadroomError `HEADROOM_USAGE` where there is none, or one that can be guessed
 */
export async function checkedToken(process: 'gateway' | 'tool-server', options: RunOptions): Promise<string> {
  const token = await readToken(options);
  if (token.length >= MIN_TOKEN_LENGTH) return token;
  throw usage(
    `The ${process} needs a token of at least ${MIN_TOKEN_LENGTH} characters: put it into HEADROOM_TOKEN, or into a file and name that with --token-file.`,
  );
}

function needed(stage: StageName, options: RunOptions): { bus: string; store: string; blobs: string; config: string } {
  const { bus, store, blobs, config } = options;
  const missing = [
    ...(bus ? [] : ['the log: --bus kafka://host:9092 (HEADROOM_BUS)']),
    ...(store ? [] : ['the store: --store redis://host:6379 (HEADROOM_STORE)']),
    ...(blobs ? [] : ['the payload folder that all stages share: --blobs <folder> (HEADROOM_BLOBS)']),
    ...(config ? [] : ['the configuration: --config <file> (HEADROOM_CONFIG)']),
  ];
  if (bus && store && blobs && config) return { bus, store, blobs, config };
  throw usage([`headroom run ${stage} has to be told:`, ...missing].join('\n  '));
}

/**
 * Checks everything that a deployed stage is told before anything is opened.
 * @throws HeadroomError `HEADROOM_USAGE`, `HEADROOM_BUS_URL_INVALID`, `HEADROOM_CONFIG_UNREADABLE`, `HEADROOM_CONFIG_INVALID`
 */
export async function runSettings(stage: StageName, options: RunOptions): Promise<RunSettings> {
  const { bus, store, blobs, config: path } = needed(stage, options);
  const token = stage === 'gateway' ? await checkedToken('gateway', options) : '';
  const dataDir = resolve(options.data);
  return {
    stage,
    bus: checkedBus(bus),
    store: checkedStore(store),
    blobsDir: resolve(blobs),
    dataDir,
    keysDir: options.keys ? resolve(options.keys) : keysDir(dataDir),
    proposalsDir: options.proposals ? resolve(options.proposals) : proposalsDir(dataDir),
    http: parseHttpAddress(options.http ?? '127.0.0.1:0'),
    token,
    ...(await loadConfig(path)),
  };
}
