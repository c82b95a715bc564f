import { HeadroomError } from '@headroom/contracts';
import type { KafkaOptions, KafkaSasl } from './kafka.options.js';

const MECHANISMS: readonly string[] = ['plain', 'scram-sha-256', 'scram-sha-512'] satisfies KafkaSasl['mechanism'][];
const NUMBERS = ['sessionTimeoutMs', 'fetchWaitMs', 'replication'] as const;
const KNOWN = ['clientId', 'ssl', 'sasl', 'username', 'password', 'prefix', ...NUMBERS];

/**
 * Reads a bus address: `kafka://host:9092,host2:9092`, with `?clientId`, `ssl=true`, `sasl=plain|scram-sha-256|scram-sha-512`
 * with `username` and `password` (percent-encoded), `prefix`, `sessionTimeoutMs`, `fetchWaitMs`, `replication`.
 * @throws HeadroomError `HEADROOM_BUS_URL_INVALID`; the message never holds the password
 */
export function parseKafkaUrl(url: string): KafkaOptions {
  const match = /^kafka:\/\/([^/?#]+)\/?(?:\?(.*))?$/.exec(url);
  if (!match?.[1]) throw invalid('it is kafka://host:port, with more brokers after a comma');
  const brokers = match[1].split(',');
  for (const broker of brokers) {
    if (!/^(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}$/.test(broker)) throw invalid('each broker is host:port');
  }
  const parameters = parametersOf(match[2] ?? '');
  const ssl = parameters.get('ssl') ?? 'false';
  if (ssl !== 'true' && ssl !== 'false') throw invalid('ssl is true or false');
  const options: KafkaOptions = { brokers, ssl: ssl === 'true', sasl: saslOf(parameters) };
  for (const name of ['clientId', 'prefix'] as const) {
    const value = parameters.get(name);
    if (value === undefined) continue;
    if (!/^[\w.-]+$/.test(value)) throw invalid(`${name} is made of letters, digits, dot, dash and underscore`);
    options[name] = value;
  }
  for (const name of NUMBERS) {
    const value = parameters.get(name);
    if (value === undefined) continue;
    if (!/^[1-9]\d{0,8}$/.test(value)) throw invalid(`${name} is a whole number above 0`);
    options[name] = Number(value);
  }
  return options;
}

function parametersOf(query: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (!KNOWN.includes(name)) throw invalid(`it knows no ${name}; use ${KNOWN.join(', ')}`);
    if (parameters.has(name)) throw invalid(`${name} is given twice`);
    parameters.set(name, value);
  }
  return parameters;
}

function saslOf(parameters: ReadonlyMap<string, string>): KafkaSasl | undefined {
  const mechanism = parameters.get('sasl');
  const username = parameters.get('username');
  const password = parameters.get('password');
  if (mechanism === undefined) {
    if (username === undefined && password === undefined) return undefined;
    throw invalid('a user name or password needs sasl');
  }
  if (!MECHANISMS.includes(mechanism)) throw invalid(`sasl is one of ${MECHANISMS.join(', ')}`);
  if (!username || !password) throw invalid('sasl needs username and password');
  return { mechanism: mechanism as KafkaSasl['mechanism'], username, password };
}

function invalid(reason: string): HeadroomError {
  return new HeadroomError(`The address of the Kafka bus is not valid: ${reason}`, {
    code: 'HEADROOM_BUS_URL_INVALID',
  });
}
