/** How a number of a finding (seconds, shares, ratios) is written with a unit. Any other unit is of no number of a finding. */
const FACTORS: readonly (readonly [RegExp, number])[] = [
  [/^(?:%|percent|per cent|pct|pp)/i, 100],
  [/^(?:×|x$|times|-?fold)/i, 1],
  [/^s(?:ec|$)/i, 1],
  [/^(?:ms|millis)/i, 1e3],
  [/^(?:[uµμ]s|micros)/i, 1e6],
  [/^(?:ns|nanos)/i, 1e9],
  [/^min/i, 1 / 60],
  [/^h/i, 1 / 3600],
];

const MONEY = '[$€£¥]|USD|EUR|GBP|dollars?|euros?';
const UNITS = [
  '%|‰|percent(?:age points?)?|per cent|pct|pp',
  '×|x|times|-?fold',
  '[nuµμm]?s|(?:nano|micro|milli)?seconds?|secs?|min(?:ute)?s?|hours?|hrs?|days?',
  '(?:CPU|vCPU)s?|cores?',
  '[kKMGTP]i?B|bytes?',
  '[kMG]?Wh?|watts?|(?:t|kg) ?CO2e?|tonnes?',
  `${MONEY}|cents?`,
  '(?:requests?|reqs?|operations?|ops|calls?|queries|lines?)(?:/s| per second)|rps|qps',
].join('|');

const NUMBER = String.raw`\d+(?:[.,]\d+)*(?:e[+-]?\d+)?`;
/** Of no number of a finding either. */
const MULTIPLE = String.raw`\s?(?:k|m|bn|thousand|million|billion)\s`;
const FIGURE = new RegExp(
  `(?<![\\w.])(${NUMBER})(?:(${MULTIPLE})\\s*|\\s*|[-‐])(${UNITS})(?!\\w)` +
    `|(?<!\\w)(${MONEY}|factor(?: of)?)\\s*(${NUMBER})`,
  'giu',
);
const STATED = new RegExp(`(?<![\\w.-])${NUMBER}`, 'g');
const TIMESTAMP = /^\d{4}-\d\d-\d\dT/;

interface Known {
  /** As the records hold them. */
  numbers: number[];
  /** As a text of the records writes them, whatever the unit. */
  written: number[];
}

function collect(value: unknown, known: Known): Known {
  if (typeof value === 'number') known.numbers.push(Math.abs(value));
  else if (typeof value === 'string') {
    if (!TIMESTAMP.test(value)) known.written.push(...(value.match(STATED) ?? []).map(asNumber));
  } else if (typeof value === 'object' && value !== null) {
    for (const each of Object.values(value)) collect(each, known);
  }
  return known;
}

function asNumber(text: string): number {
  return Number(text.replace(/,(?=\d{3}(?:\D|$))/g, '').replace(',', '.'));
}

function decimalsOf(text: string): number {
  return /[.,](\d+)$/.exec(text)?.[1]?.length ?? 0;
}

/**
 * A text as its reader sees it, without what stands between a number and its unit and is not seen. Marks of Markdown part words in
 * one reading and join them in the other.
 */
function readings(text: string): string[] {
  const seen = text.normalize('NFKC').replace(/\p{Cf}/gu, '');
  return [' ', ''].map((mark) => seen.replace(/[*_`~\\]+/g, mark));
}

/**
 * Figures with a unit that a text states and that none of the known values gives, each once. A value gives a figure that it rounds
 * to, in the figure's own unit and decimals.
 */
export function unknownFigures(text: string, values: unknown): string[] {
  const { numbers, written } = collect(values, { numbers: [], written: [] });
  const given = (figure: string, unit: string): boolean => {
    const [wanted, step] = [asNumber(figure), 10 ** -decimalsOf(figure)];
    const gives = (each: number): boolean => Math.abs(each - wanted) <= step / 2 + 1e-9 * wanted;
    const factor = FACTORS.find(([pattern]) => pattern.test(unit))?.[1];
    return written.some(gives) || (factor !== undefined && numbers.some((each) => gives(each * factor)));
  };
  const unknown = readings(text)
    .flatMap((reading) => [...reading.matchAll(FIGURE)])
    .filter(([, number, multiple, unit, before, after]) =>
      number === undefined
        ? !given(after!, before!.startsWith('factor') ? 'x' : before!)
        : multiple !== undefined || !given(number, unit!),
    );
  return [...new Set(unknown.map(([whole]) => whole.trim().replace(/\s+/g, ' ')))];
}
