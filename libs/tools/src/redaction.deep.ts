import { redactSecrets, redactSetting, type Redaction } from './redaction.js';

/** A setting as events and tools tell it: a key, and what it was before and after. */
function isSetting(value: object): value is { key: string } {
  return 'key' in value && typeof value.key === 'string' && ('before' in value || 'after' in value);
}

/**
 * The same value with the secrets of its texts replaced: the sides of a setting by its key, each other text by `redact`. To be done
 * before it is written as JSON, whose escapes hide what a secret is told by.
 * @param redact @default {@link redactSecrets}
 */
export function redactDeep<Value>(value: Value, redact: (text: string) => Redaction = redactSecrets): Value {
  return redacted(value, (text) => redact(text).text) as Value;
}

function redacted(value: unknown, plain: (text: string) => string): unknown {
  if (typeof value === 'string') return plain(value);
  if (Array.isArray(value)) return value.map((each) => redacted(each, plain));
  if (typeof value !== 'object' || value === null) return value;
  const setting = isSetting(value) ? value.key : undefined;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      const isSide = setting !== undefined && typeof each === 'string' && (name === 'before' || name === 'after');
      return [name, isSide ? redactSetting(setting, each).text : redacted(each, plain)];
    }),
  );
}
