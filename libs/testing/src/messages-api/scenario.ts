import type { Answer } from './answers.js';
import { blocksOf, textOf, type ContentBlock, type MessagesRequest } from './wire.js';

/** What came back from one call of a tool. */
export interface SeenResult {
  id: string;
  /** Name of the tool that was called. */
  tool: string;
  /** Its text. */
  text: string;
  isError: boolean;
}

/** A request as a scenario sees it. */
export interface SeenRequest {
  body: MessagesRequest;
  /** Which answer of its conversation is asked for, from 1: one more than the answers that the request carries. */
  turn: number;
  /** How often the same bytes were sent, this time included. */
  sent: number;
  /** Which request to the server this is, from 1. */
  ordinal: number;
  system: string;
  tools: readonly string[];
  /** Text of all messages. */
  text: string;
  /** Results in the last message, in their order. */
  results: readonly SeenResult[];
}

/** What each request must carry to be answered at all: texts by exact match, tools by name. */
export interface Requirements {
  /** Texts of the skill, in the system prompt or a message. */
  skill?: readonly string[];
  /** Texts of the dossier, in the system prompt or a message. */
  dossier?: readonly string[];
  tools?: readonly string[];
}

/** A model with a part to play: it answers from what it is sent, and knows nothing else. */
export interface Scenario {
  name: string;
  requires?: Requirements;
  answer(request: SeenRequest): Answer | Promise<Answer>;
}

/** Thrown by a scenario that is sent what it does not expect; the server answers 400 with the reason. */
export class Unexpected extends Error {}

/** A scenario of one answer a turn. A conversation that goes on longer is answered with 400. */
export function inSteps(
  name: string,
  requires: Requirements,
  steps: readonly ((request: SeenRequest) => Answer | Promise<Answer>)[],
): Scenario {
  return {
    name,
    requires,
    answer(request) {
      const step = steps[request.turn - 1];
      if (!step)
        throw new Unexpected(`"${name}" ends after ${steps.length} answers; turn ${request.turn} was asked for.`);
      return step(request);
    },
  };
}

/** Several models behind one address: each request goes to the first whose condition holds, such as one of a judge's prompt. */
export function byRequest(
  name: string,
  choices: readonly { when: (request: SeenRequest) => boolean; scenario: Scenario }[],
): Scenario {
  return {
    name,
    answer(request) {
      const chosen = choices.find(({ when }) => when(request));
      if (!chosen) throw new Unexpected(`"${name}" has no model for this request.`);
      return answered(chosen.scenario, request);
    },
  };
}

/** What a scenario answers, after its requirements have been checked. */
export function answered(scenario: Scenario, request: SeenRequest): Answer | Promise<Answer> {
  const missing = missingOf(scenario.requires ?? {}, request);
  if (missing.length > 0) throw new Unexpected(`"${scenario.name}" was not sent ${missing.join(', ')}.`);
  return scenario.answer(request);
}

function missingOf({ skill = [], dossier = [], tools = [] }: Requirements, request: SeenRequest): string[] {
  const all = `${request.system}\n${request.text}`;
  const absent = (what: string, texts: readonly string[]): string[] =>
    texts.filter((text) => !all.includes(text)).map((text) => `${what} ${JSON.stringify(text)}`);
  return [
    ...absent('the skill', skill),
    ...absent('the dossier', dossier),
    ...tools.filter((name) => !request.tools.includes(name)).map((name) => `the tool ${name}`),
  ];
}

/** Reads a request for a scenario. */
export function seen(body: MessagesRequest, sent: number, ordinal: number): SeenRequest {
  const uses = new Map(
    body.messages
      .flatMap(({ content }) => blocksOf(content))
      .flatMap(({ id, name }) => (id && name ? [[id, name]] : [])),
  );
  return {
    body,
    turn: body.messages.filter(({ role }) => role === 'assistant').length + 1,
    sent,
    ordinal,
    system: blocksOf(body.system).map(textOf).join('\n'),
    tools: (body.tools ?? []).map(({ name }) => name),
    text: body.messages.flatMap(({ content }) => blocksOf(content).map(textOf)).join('\n'),
    results: blocksOf(body.messages.at(-1)?.content)
      .filter(({ type }) => type === 'tool_result')
      .map((block) => resultOf(block, uses)),
  };
}

function resultOf(block: ContentBlock, uses: ReadonlyMap<string, string>): SeenResult {
  const id = block.tool_use_id ?? '';
  return { id, tool: uses.get(id) ?? '', text: textOf(block), isError: block.is_error === true };
}
