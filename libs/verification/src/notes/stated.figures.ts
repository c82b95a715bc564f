/** How a number of a finding (seconds, shares, counts) is written with a unit: factor by unit, else 1. */
const FACTORS: readonly (readonly [RegExp, number])[] = [
  [/^(?:%|percent|per cent)/i, 100],
  [/^(?:ms|millis)/i, 1e3],
  [/^(?:[uµμ]s|micros)/i, 1e6],
  [/^(?:ns|nanos)/i, 1e9],
  [/^minute/i, 1 / 60],
  [/^hour/i, 1 / 3600],
];

const UNITS = [
  '%|‰|percent(?:age points?)?|per cent',
  '×|x|times|-?fold',
  '[nuµμm]?s|(?:nano|micro|milli)?seconds?|minutes?|hours?|days?',
  '(?:CPU|vCPU)s?|cores?',
  '[kKMGTP]i?B|bytes?',
  '[kMG]?Wh?|watts?|(?:t|kg) ?CO2e?|tonnes?',
  'USD|EUR|GBP|dollars?|euros?|cents?',
  '(?:requests?|reqs?|operations?|ops|calls?|queries|lines?)(?:/s| per second)|rps|qps',
].join('|');

const NUMBER = String.raw`\d+(?:[.,]\d+)*`;
const FIGURE = new RegExp(`(?<![\\w.])(${NUMBER})\\s*(${UNITS})(?!\\w)|[$€£]\\s*(${NUMBER})`, 'giu');
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
 * Figures with a unit that a text states and that none of the known values gives, each as it stands in the text. A value gives a
 * figure that it rounds to, in the figure's own unit and decimals.
 */
export function unknownFigures(text: string, values: unknown): string[] {
  const { numbers, written } = collect(values, { numbers: [], written: [] });
  const given = (figure: string, unit: string): boolean => {
    const [wanted, step] = [asNumber(figure), 10 ** -decimalsOf(figure)];
    const factor = FACTORS.find(([pattern]) => pattern.test(unit))?.[1] ?? 1;
    const gives = (each: number): boolean => Math.abs(each - wanted) <= step / 2 + 1e-9 * wanted;
    return written.some(gives) || numbers.some((each) => gives(each * factor));
  };
  return [...text.matchAll(FIGURE)]
    .filter(([, withUnit, unit = '', money]) => !given((withUnit ?? money)!, unit))
    .map(([whole]) => whole.trim());
}
