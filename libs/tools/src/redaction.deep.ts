import { redactSecrets, redactSetting } from './redaction.js';

/** A setting as events and tools tell it: a key, and what it was before and after. */
function isSetting(value: object): value is { key: string } {
  return 'key' in value && typeof value.key === 'string' && ('before' in value || 'after' in value);
}

/**
 * The same value with the secrets of its texts replaced: each text by {@link redactSecrets}, the sides of a setting by its key. To
 * be done before it is written as JSON, whose escapes hide what a secret is told by.
 */
export function redactDeep<Value>(value: Value): Value {
  return redacted(value) as Value;
}

function redacted(value: unknown): unknown {
  if (typeof value === 'string') return redactSecrets(value).text;
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return value;
  const setting = isSetting(value) ? value.key : undefined;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      const isSide = setting !== undefined && typeof each === 'string' && (name === 'before' || name === 'after');
      return [name, isSide ? redactSetting(setting, each).text : redacted(each)];
    }),
  );
}
