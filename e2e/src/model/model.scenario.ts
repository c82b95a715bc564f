import {
  byRequest,
  calls,
  cutOnce,
  draftsByEdits,
  hangsOnce,
  limitedOnce,
  overloadedOnce,
  refuses,
  type Scenario,
  type ScriptedCall,
  type SeenRequest,
} from '@headroom/testing';
import { COPIED, DOUBLED, DOUBLED_LINE, fileOf, REPOSITORY, sourceOf, subjectOf } from './model.target.js';

/** The skill of the opportunities here, by a sentence of its text. */
const SKILL = ['<skill_content name="memoize-pure"', 'Prove purity.'];

const abstains: ScriptedCall = {
  tool: 'conclude',
  input: {
    outcome: 'abstain',
    reason: 'no-safe-fix',
    summary: 'Nothing shows that arguments repeat.',
    facts: [],
    // Long enough to cost most of the longest answer.
    hypotheses: Array.from({ length: 5 }, () => ({
      text: 'It is not known how often the same text is asked for. '.repeat(10),
      confidence: 0.2,
      refutedBy: 'A count of the texts.',
    })),
  },
};

/** A model that remembers results of a function; each request must carry dossier, skill and tools. */
function memoizes(name: string): Scenario {
  const [before, after] = sourceOf(name);
  const path = fileOf(name);
  return draftsByEdits({
    requires: { skill: SKILL, dossier: [subjectOf(name)] },
    read: { tool: 'code_read_range', input: { repository: REPOSITORY, path } },
    sees: 'title.toLowerCase()',
    edits: [
      {
        tool: 'begin_candidate',
        input: { title: 'Remember results', idea: 'The same text gives the same result, and texts repeat.' },
      },
      { tool: 'propose_edit', input: { path, search: before, replace: after } },
      { tool: 'finish_candidate', input: {} },
    ],
    conclude: {
      tool: 'conclude',
      input: {
        outcome: 'patch',
        summary: 'Remembers what was computed for a text.',
        facts: [{ text: 'The result is computed from the argument alone.', evidence: [`${path}:2`] }],
      },
    },
  });
}

/** A model that takes back the second call of a function for the same item. */
function callsOnce(): Scenario {
  const path = fileOf(DOUBLED);
  const [search, replace] = DOUBLED_LINE;
  return draftsByEdits({
    requires: {
      skill: ['<skill_content name="dedupe-call"', 'Compute it once'],
      dossier: [subjectOf(DOUBLED), 'quotes: leave out what is cheap', search.trim()],
    },
    read: { tool: 'code_read_range', input: { repository: 'example/quotes', path, symbol: DOUBLED } },
    sees: search.trim(),
    edits: [
      { tool: 'begin_candidate', input: { title: 'Reuse the price', idea: 'The same item has the same price.' } },
      { tool: 'propose_edit', input: { path, search, replace } },
      { tool: 'finish_candidate', input: {} },
    ],
    conclude: {
      tool: 'conclude',
      input: {
        outcome: 'patch',
        summary: 'Asks for the price of an item once.',
        facts: [{ text: 'The price of the item is known there.', evidence: [`${path}:7`] }],
      },
    },
  });
}

/** Concludes at once, with a long answer. */
function leavesAlone(name: string): Scenario {
  return {
    name: 'leaves the function alone',
    requires: { skill: SKILL, dossier: [subjectOf(name)], tools: ['code_read_range', 'profiling_top_functions'] },
    answer: () => calls(abstains),
  };
}

/** What the model does with each function. */
const scenarios: Record<string, Scenario> = {
  ...Object.fromEntries(COPIED.map((name) => [name, memoizes(name)])),
  overloaded: overloadedOnce(memoizes('overloaded'), { retryAfterMs: 50 }),
  limited: limitedOnce(memoizes('limited'), { turn: 2 }),
  cut: cutOnce(memoizes('cut'), { turn: 3 }),
  refused: refuses(memoizes('refused'), { turn: 2 }),
  killed: hangsOnce(memoizes('killed'), { turn: 3 }),
  first: leavesAlone('first'),
  second: leavesAlone('second'),
  [DOUBLED]: callsOnce(),
};

function isAbout(name: string): (request: SeenRequest) => boolean {
  return ({ system, text }) => `${system}\n${text}`.includes(subjectOf(name));
}

const choices = Object.entries(scenarios).map(([name, scenario]) => ({ when: isAbout(name), scenario }));

/** The model of the tests with one: the function that a case is about decides what it does. */
// oxlint-disable-next-line import/no-default-export -- what the server of scenarios asks of a module
export default byRequest('works on a function', [
  ...choices,
  // A request without its dossier: it has to be told what is missing.
  { when: () => true, scenario: memoizes('plain') },
]);
