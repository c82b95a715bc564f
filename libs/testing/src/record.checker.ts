import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

/** A record as any client delivers it. */
export interface CheckedRecord {
  topic: string;
  value: Buffer | null;
  headers: readonly (readonly [name: string, value: Buffer | null])[];
}

/** What of an AsyncAPI document is looked at. */
interface Document {
  channels: Record<string, { address: string; messages: Record<string, unknown> }>;
  components: { messages: Record<string, { contentType: string; name: string }> };
}

function addressPattern(address: string): RegExp {
  const parts = address.split(/\{[^}]+\}/).map((part) => part.replaceAll('.', '\\.'));
  return new RegExp(`^${parts.join('[a-z0-9._-]+')}$`);
}

/**
 * Compares records with an AsyncAPI document: the returned function names everything that a record has against the
 * message of its channel, headers and payload; an empty list means that it matches.
 */
export function recordChecker(document: object): (record: CheckedRecord) => string[] {
  const { channels, components } = document as Document;
  const ajv = new Ajv({ strict: false, meta: false, validateSchema: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'asyncapi');
  const compiled = new Map<string, ValidateFunction>();

  function problemsOf(pointer: string, value: unknown): string[] {
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `asyncapi#${pointer}` });
    compiled.set(pointer, validate);
    validate(value);
    return (validate.errors ?? []).map((error) => `${pointer}${error.instancePath}: ${error.message}`);
  }

  function messageOf(topic: string, headers: Record<string, string>): string | undefined {
    const channel = Object.values(channels).find(({ address }) => addressPattern(address).test(topic));
    return Object.keys(channel?.messages ?? {}).find((name) => {
      const message = components.messages[name];
      const structured = headers['content-type']?.startsWith('application/cloudevents+json') ?? false;
      if (message?.contentType.startsWith('application/cloudevents') !== structured) return false;
      return structured || headers['ce_type'] === message.name;
    });
  }

  return ({ topic, value, headers: pairs }) => {
    const headers = Object.fromEntries(pairs.map(([name, bytes]) => [name, String(bytes)]));
    const name = messageOf(topic, headers);
    if (name === undefined) return [`no message of the document fits a record of ${topic} with ${headers['ce_type']}`];
    const pointer = `/components/messages/${name}`;
    const payload: unknown = JSON.parse(String(value));
    return [...problemsOf(`${pointer}/headers`, headers), ...problemsOf(`${pointer}/payload`, payload)];
  };
}
