import { unifiedDiff, applyEdits } from '../syntax/unified.diff.js';
import { findSettings, readSettings, type FoundSetting, type ValueKeys } from './settings/setting.search.js';
import { isLiteral } from './settings/setting.place.js';
import {
  abstain,
  type ConcludingPlaybook,
  type PlaybookAbstention,
  type PlaybookAlternative,
  type PlaybookInput,
} from './playbook.js';

/** A setting to go back, in the spellings that its value may have. */
interface Wanted {
  readonly key: string;
  /** What the place may hold now, and what it becomes then. */
  readonly values: readonly { readonly from: string; readonly to: string }[];
  readonly deployment: string;
  readonly valueKeys: ValueKeys;
}

/** Keys that hold the exposure of a flag. */
const EXPOSURE_KEYS = [
  'rollout',
  'percentage',
  'percent',
  'exposure',
  'share',
  'fraction',
  'weight',
  'enabled',
  'value',
  'traffic',
];
/** Most places that a message names. */
const NAMED = 5;

/**
 * Sets the setting that is the root cause, or the exposure of the launch that is, back to what it was, in the one place of the
 * repository that holds the deployed value. Comments, order, quotes and indentation stay.
 */
export const configEditPlaybook: ConcludingPlaybook = {
  async conclude(input, { allowedEffects }) {
    const wanted = wantedOf(input);
    if ('outcome' in wanted) return wanted;
    if (!input.listFiles) return abstain('no-repository', 'The files of the repository are not known here.');
    const secret = secretOf(wanted, input);
    if (secret) return secret;
    const { key, valueKeys, deployment } = wanted;
    const { found, isCut } = await findSettings(key, { input, valueKeys });
    if (isCut)
      return abstain(
        'too-many-files',
        `There are too many files of settings to say which one sets ${key}: a person knows.`,
      );
    const place = placeOf(found, wanted);
    if ('outcome' in place) return place;
    const { path, line, source, start, end } = place.setting;
    const edit = { start, end, text: place.text };
    if (!isAlone(place.setting, applyEdits(source, [edit]), place.to)) {
      return abstain(
        'value-not-writable',
        `${key} at ${path}:${line} cannot be set to what it was without changing more.`,
      );
    }
    const patch = unifiedDiff(path, source, [edit]);
    const refused = input.refusals?.(patch) ?? [];
    if (refused.length > 0)
      return abstain('policy-refuses', `The setting may not be proposed. ${refused.slice(0, NAMED).join(' ')}`);
    const others = found.filter((one) => one !== place.setting);
    return {
      outcome: 'config',
      patch,
      files: [path],
      summary: `Sets ${key} back from ${place.from} to ${place.to}.`,
      facts: [
        {
          text: `${path} is the one place that holds the value ${place.from} with which ${key} was deployed; it was ${place.to} before.`,
          evidence: [deployment, `${path}:${line}`],
        },
        ...others.slice(0, NAMED).map((other) => ({
          text: `${key} has another value in ${other.path}, which stays.`,
          evidence: [`${other.path}:${other.line}`],
        })),
      ],
      allowedEffects,
      alternatives: ALTERNATIVES,
    };
  },
};

const ALTERNATIVES: readonly PlaybookAlternative[] = [
  {
    outcome: 'config',
    title: 'A value between the two, found by load test',
    cost: 'A load test with the traffic of the service.',
    risk: 'What the change was made for is met in part.',
    expectedSaving: 'A part of the growth.',
  },
  {
    outcome: 'accept',
    title: 'Keep the value and record the capacity that it needs',
    cost: 'Capacity for as long as the value stays.',
    risk: 'Later growth is judged from the higher level.',
    expectedSaving: 'None.',
  },
];

function wantedOf({ config, experiment, cause }: PlaybookInput): Wanted | PlaybookAbstention {
  if (experiment) {
    const { key, before, after, deployment } = experiment;
    const values = [
      { from: String(after), to: String(before) },
      { from: percent(after), to: percent(before) },
      { from: `${percent(after)}%`, to: `${percent(before)}%` },
      ...(after === 1 && before === 0 ? [{ from: 'true', to: 'false' }] : []),
    ];
    return { key, values, deployment, valueKeys: EXPOSURE_KEYS };
  }
  if (!config) {
    return cause === undefined || cause === 'none'
      ? abstain('no-root-cause', 'No setting was named as the root cause.')
      : abstain('cause-is-no-setting', `The root cause is of the kind ${cause}; no setting would undo it.`);
  }
  const { key, before, after, deployment } = config;
  if (before === null)
    return abstain('was-not-set', `${key} was not set before; whether to take it away is for a person.`);
  if (after === null) return abstain('was-removed', `${key} was taken away; where it belongs is for a person to say.`);
  return { key, values: [{ from: after, to: before }], deployment, valueKeys: [] };
}

function percent(share: number): string {
  return String(Math.round(share * 1e6) / 1e4);
}

function secretOf({ key, values }: Wanted, { looksSecret }: PlaybookInput): PlaybookAbstention | undefined {
  if (!looksSecret) return abstain('secrets-unchecked', 'Nobody says which settings are secret, so none is written.');
  const secret = values.some(({ from, to }) =>
    [from, to].some((one) => /\[redacted\b/.test(one) || looksSecret(key, one)),
  );
  return secret ? abstain('may-be-secret', `${key} may hold a secret; its value is not written anywhere.`) : undefined;
}

function placeOf(
  found: readonly FoundSetting[],
  { key, values }: Wanted,
): { setting: FoundSetting; from: string; to: string; text: string } | PlaybookAbstention {
  const fitting = found.flatMap((setting) => {
    const value = values.find(({ from }) => isSame(from, setting.value));
    return value ? [{ setting, ...value }] : [];
  });
  const list = (places: readonly FoundSetting[]) =>
    places
      .slice(0, NAMED)
      .map(({ path, line }) => `${path}:${line}`)
      .join(', ') + (places.length > NAMED ? ' and more' : '');
  const [place] = fitting;
  if (found.length === 0) return abstain('setting-not-found', `No file of settings of the repository sets ${key}.`);
  if (!place) {
    const at = list(found);
    if (found.some(({ value }) => values.some(({ to }) => isSame(to, value)))) {
      return abstain('already-reverted', `${key} has the value from before the change already: ${at}.`);
    }
    return abstain('value-differs', `${key} has another value now than the one that was deployed: ${at}.`);
  }
  if (fitting.length > 1) {
    return abstain(
      'several-places',
      `${key} has the deployed value in several places: ${list(fitting.map(({ setting }) => setting))}.`,
    );
  }
  const { path, keys, source } = place.setting;
  const again = found.filter((one) => one.path === path && one.keys.join('\0') === keys.join('\0'));
  if (again.length > 1) return abstain('several-places', `${key} stands several times in one file: ${list(again)}.`);
  if (source.includes('\uFFFD'))
    return abstain('value-not-writable', `${path} is no text of UTF-8, so ${key} cannot be written there.`);
  const text = place.setting.written(place.to);
  if (text === undefined)
    return abstain('value-not-writable', `${key} cannot be written plainly at ${list([place.setting])}.`);
  return { ...place, text };
}

/** Equal as text, or as numbers that are exact: `1.0` and `1`. */
function isSame(left: string, right: string): boolean {
  if (left === right) return true;
  const [one, other] = [Number(left), Number(right)];
  const isExact = !Number.isInteger(one) || Number.isSafeInteger(one);
  return isLiteral(left) && isLiteral(right) && one === other && isExact;
}

/** Whether the edit changed this value and no other. */
function isAlone({ path, source, start }: FoundSetting, after: string, value: string): boolean {
  const [old, now] = [readSettings(path, source), readSettings(path, after)];
  if (!old || old.length !== now?.length) return false;
  return old.every((one, index) => {
    const other = now[index]!;
    const wanted = one.start === start ? value : one.value;
    return other.value === wanted && other.keys.join('\0') === one.keys.join('\0');
  });
}
