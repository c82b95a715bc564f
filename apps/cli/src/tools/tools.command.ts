import { HeadroomError } from '@headroom/contracts';
import { createLogger } from '@headroom/platform';
import { serveOnStdio } from '@headroom/tool-server';
import type { ToolListing } from '@headroom/tools';
import { version } from '../installation.js';
import { logLevel } from '../log-level.js';
import { EXIT, print, printJson } from '../output.js';
import { stopSignals } from '../stop-signal.js';
import { skillsPlace } from '../skills/skills.place.js';
import { configurationOf, findTools, type ToolPlace } from './connect.tools.js';
import { servedSkills } from './serving.js';

interface Output {
  json?: boolean | undefined;
}

function inputsOf({ inputSchema }: ToolListing): string {
  const needed = new Set((inputSchema['required'] as string[] | undefined) ?? []);
  const names = Object.keys((inputSchema['properties'] as object | undefined) ?? {});
  return names.map((name) => (needed.has(name) ? name : `[${name}]`)).join(' ');
}

/** Lists the tools with what they take. */
export async function toolsListCommand(place: ToolPlace, { json }: Output): Promise<number> {
  const found = await findTools(place);
  try {
    const tools = await found.list();
    if (json) printJson({ tools });
    else for (const tool of tools) print(`${tool.name} ${inputsOf(tool)}\n  ${tool.description}`);
    return EXIT.ok;
  } finally {
    await found.close();
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function usage(message: string): HeadroomError {
  return new HeadroomError(message, { code: 'HEADROOM_USAGE' });
}

function parsedJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // Told below, with how it is written.
  }
  throw usage(`--args is no JSON object; write it like --args '{"service":"storefront"}'.`);
}

/** A text is taken as text where the schema asks for one, else as JSON: `limit=5`, `kinds=["code"]`. */
function valueOf(text: string, type: unknown): unknown {
  if (type === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Arguments of a call: an object as JSON, and over it pairs.
 * @throws HeadroomError `HEADROOM_USAGE`
 */
export function argumentsOf(
  json: string | undefined,
  pairs: readonly string[],
  schema: Record<string, unknown> = {},
): Record<string, unknown> {
  const properties = (schema['properties'] ?? {}) as Record<string, { type?: unknown } | undefined>;
  const given = pairs.map((pair) => {
    const at = pair.indexOf('=');
    if (at <= 0) throw usage(`"${pair}" is no argument; write name=value, or --args with a JSON object.`);
    const name = pair.slice(0, at);
    return [name, valueOf(pair.slice(at + 1), properties[name]?.type)] as const;
  });
  const twice = given.find(([name], index) => given.some(([other], at) => other === name && at < index));
  if (twice) throw usage(`"${twice[0]}" is given twice; say which value is meant.`);
  return { ...(json === undefined ? {} : parsedJson(json)), ...Object.fromEntries(given) };
}

/** Calls one tool and prints its result. */
export async function toolsCallCommand(
  place: ToolPlace,
  name: string,
  pairs: readonly string[],
  { args, json }: Output & { args?: string | undefined },
): Promise<number> {
  const found = await findTools(place);
  try {
    const listing = (await found.list()).find((tool) => tool.name === name);
    const answer = await found.call(name, argumentsOf(args, pairs, listing?.inputSchema));
    if (!answer.ok) {
      throw new HeadroomError(answer.message, {
        code: answer.code as `HEADROOM_${string}`,
        retryable: answer.retryable,
      });
    }
    if (json) printJson(answer.envelope);
    else print(JSON.stringify(answer.envelope, undefined, 2));
    return EXIT.ok;
  } finally {
    await found.close();
  }
}

/** Serves the tools on standard input and output until the input ends; the log goes to standard error. */
export async function toolsServeCommand(place: ToolPlace, options: { logLevel: string }): Promise<number> {
  const logger = createLogger({ level: logLevel(options.logLevel) });
  const { stop } = stopSignals();
  const tools = await findTools({ ...place, logger });
  try {
    const { config, configDir } = await configurationOf(place.config);
    const skills = await servedSkills(skillsPlace(config, configDir), logger);
    await serveOnStdio({ tools, skills, logger, version: version() }, stop);
    return EXIT.ok;
  } finally {
    await tools.close();
  }
}
