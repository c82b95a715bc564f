import { looksRandom, shortOfASecret } from './redaction.entropy.js';
import { isSecretName, TOKEN_FORMATS } from './redaction.formats.js';
import { redactPlaces } from './redaction.places.js';

/** A text without its secrets. */
export interface Redaction {
  text: string;
  /** How many secrets were replaced; 0 = the text is as it was. */
  redacted: number;
}

/** What stands where a secret was. */
export type SecretMark = (kind: string, secret: string) => string;

/** What stands where a secret was, if nothing else is asked for; says of what kind it was. */
function mark(kind: string): string {
  return `[redacted: ${kind}]`;
}

const BEGIN_OF_MARK = '[redacted: ';
const MARKED = /^\[redacted: /;
/** A block, or what a cut-off block left. */
const PRIVATE_KEY =
  /-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY( BLOCK)?-----(?:[^]{0,16384}?-----END \1PRIVATE KEY\2?-----|(?:(?:\\n|[\sA-Za-z0-9+/=:,-]){16,}))/g;
const URL_PASSWORD = /\b([a-z][a-z0-9+.-]{1,30}:\/\/[^\s:/?#@'"<>]*):([^\s/?#@'"<>]+)@/gi;
/** A token in place of a user, with a word for a password, or none. */
const USER_AS_TOKEN =
  /\b([a-z][a-z0-9+.-]{1,30}:\/\/)((?=[^\s/@]{0,200}\d)[A-Za-z0-9_-]{10,200})(?=(?::x-oauth-basic|:)?@)/gi;
const URL_PARAMETER =
  /([?&](?:access_token|token|api_?key|apikey|key|secret|client_secret|password|sig|signature|x-amz-signature|x-amz-security-token)=)([^&\s'"#<>]{6,})/gi;
const AUTHORIZATION =
  /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?)((?:bearer|basic|token|digest)\s+)([^\s"',]{6,})/gi;
const BEARER = /\b(bearer\s+)([A-Za-z0-9._~+/-]{20,}=*)/gi;

const NAME = '[A-Za-z_$][A-Za-z0-9_.$-]{0,120}';
const QUOTED_ASSIGNMENT = new RegExp(
  `(["']?)\\b(${NAME})\\1(\\s*(?::=|=>|[:=])\\s*)(["'\`])((?:\\\\.|(?!\\4)[^\\\\\\n]){1,4000})\\4`,
  'g',
);
// The rest of the line is taken apart in code: a pattern that looks for its end costs the square of a run of spaces.
const PLAIN_ASSIGNMENT = new RegExp(
  `^([ \\t]*(?:[+-][ \\t]*)?(?:- +)?(?:export +|set +|ENV +|ARG +)?)(${NAME})([ \\t]*[:=][ \\t]*)([^\\s"'\`][^\\r\\n]*)`,
  'gm',
);
/** Text of YAML blocks, types, calls and the like: no secret is written so. */
const NO_LITERAL =
  /^(?:[|>][+-]?\d*$|[&*!]|\$\{|\$\(|\{\{|<[^>]+>$)|[(){};]|=>|^(?:string|str|number|int|boolean|bool|unknown|any|null|nil|none|undefined|true|false|void|bytes|buffer|object|optional)\b[?,|\s[\]a-z]*$|^(?:this|self|process|os|env|config|settings|options|args|props|params|request|req|secrets|vars|var|data|local)\.[\w.[\]$-]+,?$/i;
const PLACEHOLDER =
  /^(?:\$\{[^}]*\}|\{\{.*\}\}|<[^>]*>|%[A-Za-z_]+%|\*+|x{3,}|\.{3}|changeme|redacted|\[redacted\b.*)$/i;

/**
 * Replaces what looks like a secret by `[redacted: <kind>]`: private keys, tokens of known formats, passwords in addresses,
 * what is assigned to a name like `password` or `apiKey`, and what is assigned and looks random. Commit ids, digests, UUIDs
 * and checksums of lock files stay. The same text gives the same bytes; a text that was redacted stays as it is.
 * @param markOf what stands in place of a secret; must begin with `[redacted: `
 */
export function redactSecrets(text: string, markOf: SecretMark = mark): Redaction {
  let redacted = 0;
  const replaced = (kind: string, secret: string): string => {
    redacted++;
    return markOf(kind, secret);
  };
  let result = text.replace(PRIVATE_KEY, (key) => replaced('private key', key));
  for (const { kind, pattern } of TOKEN_FORMATS) result = result.replace(pattern, (token) => replaced(kind, token));
  result = redactPlaces(
    result
      .replace(USER_AS_TOKEN, (whole, head: string, token: string) =>
        isPlaceholder(token) ? whole : `${head}${replaced('token', token)}`,
      )
      .replace(URL_PASSWORD, (whole, head: string, password: string) =>
        isPlaceholder(password) ? whole : `${head}:${replaced('password', password)}@`,
      )
      .replace(URL_PARAMETER, (whole, head: string, value: string) =>
        isPlaceholder(value) ? whole : `${head}${replaced('token', value)}`,
      )
      .replace(AUTHORIZATION, (whole, head: string, scheme: string, value: string) =>
        isPlaceholder(value) ? whole : `${head}${scheme}${replaced('token', value)}`,
      )
      .replace(BEARER, (whole, head: string, value: string) =>
        isPlaceholder(value) ? whole : `${head}${replaced('token', value)}`,
      ),
    replaced,
    (value) => isPlaceholder(value) || value.includes(BEGIN_OF_MARK),
  )
    .replace(
      QUOTED_ASSIGNMENT,
      (whole, quote: string, name: string, between: string, around: string, value: string) => {
        const kind = kindOf(name, value);
        return kind ? `${quote}${name}${quote}${between}${around}${replaced(kind, value)}${around}` : whole;
      },
    )
    .replace(PLAIN_ASSIGNMENT, (whole, head: string, name: string, between: string, rest: string) => {
      const value = rest.split(' #', 1)[0]!.trimEnd();
      if (NO_LITERAL.test(value) || repeats(name, value)) return whole;
      const kind = kindOf(name, value.replace(/,$/, ''));
      return kind ? `${head}${name}${between}${replaced(kind, value)}${rest.slice(value.length)}` : whole;
    });
  return { text: result, redacted };
}

/** Words that are long enough to be random bytes written down. */
const LONG_WORD = /(?<![A-Za-z0-9+/_=.~-])[A-Za-z0-9+/_=~-]{24,512}(?![A-Za-z0-9+/_=~-])/g;

/** Replaces words that look random, wherever they stand. @param markOf as of {@link redactSecrets} */
export function redactRandom(text: string, markOf: SecretMark = mark): Redaction {
  let redacted = 0;
  const result = text.replace(LONG_WORD, (word) => {
    if (!looksRandom(word)) return word;
    redacted++;
    return markOf('random value', word);
  });
  return { text: result, redacted };
}

/** A text without its secrets, and without words that look random: for one that is to be cut, as nobody can tell the half of a secret. */
export function redactBeforeCut(text: string): Redaction {
  const first = redactSecrets(text);
  const second = redactRandom(first.text);
  return { text: second.text, redacted: first.redacted + second.redacted };
}

/**
 * The value of one setting without its secrets. A value of a name like `password` is replaced as a whole.
 * @param name the key, with its path: `database.password`
 */
export function redactSetting(name: string, value: string): Redaction {
  if (MARKED.test(value)) return { text: value, redacted: 0 };
  const kind = kindOf(name, value);
  return kind ? { text: mark(kind), redacted: 1 } : redactSecrets(value);
}

function kindOf(name: string, value: string): string | undefined {
  if (isPlaceholder(value) || MARKED.test(value) || value.includes('[redacted: ')) return undefined;
  if (isSecretName(name)) return shortOfASecret(value) ? undefined : 'secret';
  return looksRandom(value) ? 'random value' : undefined;
}

function isPlaceholder(value: string): boolean {
  return PLACEHOLDER.test(value);
}

/** Whether code hands a value on: `token: authToken`. */
function repeats(name: string, value: string): boolean {
  const word = value.replace(/,$/, '').toLowerCase();
  return /^[a-z_$][\w$.]*$/i.test(word) && !/\d/.test(word) && word.endsWith(name.toLowerCase());
}
