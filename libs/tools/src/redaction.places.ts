import { shortOfASecret } from './redaction.entropy.js';
import { isSecretName } from './redaction.formats.js';

/** Where a secret is told by what stands around it: `head` and `value` follow each other, `name` is a part of the head. */
interface SecretPlace {
  kind: string;
  /** With the groups `head` and `value`; with `name` only where the name decides. */
  pattern: RegExp;
  /** Whether names of things stand there too: what has no digit is left. @default false */
  needsDigit?: boolean;
}

/** A name that may be one of a secret; {@link isSecretName} decides. */
const NAME = String.raw`(?<name>(?=[\w.$-]{0,80}(?:pass|pwd|secret|token|key|credential))[A-Za-z_$][\w.$-]{0,120})`;
const BEGIN = String.raw`(?<![\w.$-])`;
const QUOTE = '["\'`]';
const QUOTED = String.raw`(?<value>[^"'\x60\\\n]{4,4000})(?=["'\x60])`;
const WORD = String.raw`(?<value>[^\s;&,"'\x60<>(){}[\]]{4,4000})(?![\w(])`;

function place(kind: string, pattern: string, { flags = 'i', needsDigit = false } = {}): SecretPlace {
  return { kind, pattern: new RegExp(pattern, `g${flags}`), needsDigit };
}

/** Tried in this order. The words of a head are bounded: a pattern that looks on to the end of a long line costs its square. */
const PLACES: readonly SecretPlace[] = [
  // Settings of package managers, of clients of databases and of the network.
  place(
    'token',
    String.raw`(?<head>^[ \t]*(?:\/\/[^\s=]{1,300}:)?_auth(?:Token)?[ \t]*=[ \t]*["']?)(?<value>[^\s"'$]{4,})`,
    {
      flags: 'm',
    },
  ),
  place('password', String.raw`(?<head>^[ \t]*\/\/[^\s=]{1,300}:_password[ \t]*=[ \t]*["']?)(?<value>[^\s"'$]{4,})`, {
    flags: 'm',
  }),
  place(
    'password',
    String.raw`(?<head>\blogin\s{1,20}\S{1,200}\s{1,20}(?:account\s+\S{1,200}\s{1,20})?password\s{1,20})(?<value>\S{3,400})`,
  ),
  place(
    'password',
    String.raw`(?<head>^[^\s:#"']{1,253}:(?:\d{1,5}|\*):[^\s:]{1,63}:[^\s:]{1,63}:)(?<value>[^\s:]{4,400})$`,
    {
      flags: 'm',
    },
  ),
  place('token', String.raw`(?<head>"auth"\s{0,8}:\s{0,8}")(?<value>[A-Za-z0-9+/=]{8,4000})(?=")`),
  // Headers within a command or a text.
  place(
    'token',
    String.raw`(?<head>\b(?:proxy-)?authorization["']?\s{0,8}[:=]\s{0,8}["'\x60]?)(?<value>[^\s"'\x60,;(){}]{6,4000})(?=["'\x60\s,;]|$)`,
    {
      needsDigit: true,
    },
  ),
  place(
    'token',
    String.raw`(?<head>${BEGIN}(?<name>(?=[\w-]{0,60}(?:token|key|secret|password))[A-Za-z]{1,30}(?:-[A-Za-z]{1,30}){1,5})["']?[ \t]{0,8}:[ \t]{0,8}["']?)(?<value>[^\s"'\x60,;(){}]{4,4000})`,
  ),
  place(
    'cookie',
    String.raw`(?<head>\b(?:set-)?cookie["']?[ \t]{0,8}:[ \t]{0,8}["'\x60]?[\w.-]{1,100}=)(?<value>[^\s;"'\x60$]{8,4000})`,
  ),
  // Arguments of commands.
  place(
    'secret',
    String.raw`(?<head>(?<![\w-])--?${NAME}(?:=|[ \t]{1,8})["'\x60]?)(?<value>[^\s"'\x60$<{[(-][^\s"'\x60]{3,4000})`,
  ),
  place(
    'password',
    String.raw`(?<head>\bcurl\b[^\n]{0,500}?\s(?:-u|--user)[ =]{0,4}["']?[^\s:"']{1,200}:)(?<value>[^\s"'$]{3,400})`,
  ),
  place(
    'password',
    String.raw`(?<head>\b(?:sshpass\s{1,8}-p|redis-cli\b[^\n]{0,300}?\s-a|docker\s+login\b[^\n]{0,300}?\s-p)\s{0,8}["']?)(?<value>[^\s"'$-][^\s"']{3,400})`,
  ),
  place('password', String.raw`(?<head>\bmysql(?:dump|admin)?\b[^\n]{0,300}?\s-p)(?<value>[^\s"'$]{4,400})`),
  // What stands in place of a variable that is not set.
  place('secret', String.raw`(?<head>\$\{${NAME}:[-=]?)(?<value>[^}\s$]{4,400})(?=\})`),
  place('secret', String.raw`(?<head>${BEGIN}${NAME}["'\])]{0,3}\s{0,8}(?:\?\?|\|\||\bor\b)\s{0,8}${QUOTE})${QUOTED}`),
  // Code: indexes, types, comparisons, calls.
  place('secret', String.raw`(?<head>\[\s{0,8}["'\x60]${NAME}["'\x60]\s{0,8}\]\s{0,8}=\s{0,8}${QUOTE})${QUOTED}`),
  place(
    'secret',
    String.raw`(?<head>${BEGIN}${NAME}\??(?:\s{0,8}:\s{0,8}|[ \t]{1,8})[A-Za-z][\w.<>|[\]]{0,60}\s{0,8}=\s{0,8}${QUOTE})${QUOTED}`,
  ),
  place('secret', String.raw`(?<head>${BEGIN}${NAME}\s{0,8}[=!]==?\s{0,8}${QUOTE})${QUOTED}`, { needsDigit: true }),
  place('secret', String.raw`(?<head>${BEGIN}${NAME}\(\s{0,8}${QUOTE})${QUOTED}`, { needsDigit: true }),
  place('secret', String.raw`(?<head>["'\x60]${NAME}["'\x60]\s{0,8},\s{0,8}${QUOTE})${QUOTED}`, { needsDigit: true }),
  // Pairs of a name and a value.
  place(
    'secret',
    String.raw`(?<head>(?<![\w-])(?:name|key)["']?\s{0,8}[:=]\s{0,8}["']?${NAME}["']?\s{0,8},?\s{0,40}["']?value["']?\s{0,8}[:=]\s{0,8}["']?)(?<value>[^\s"',}<$][^\s"'}<]{3,4000})`,
  ),
  place('secret', String.raw`(?<head><${NAME}(?:\s[^<>]{0,300})?>\s{0,40})(?<value>[^\s<>][^<>\n]{2,4000})(?=<\/)`),
  place('password', String.raw`(?<head>\b(?:password|identified\s{1,8}by)\s{1,8}')(?<value>[^'\n]{4,400})(?=')`),
  // `Password=…;` of connection strings, `password=…` between other words.
  place('secret', String.raw`(?<head>${BEGIN}${NAME}=)${WORD}`),
  place(
    'secret',
    String.raw`(?<head>(?<=[;"'\x60])\s{0,4}${NAME}\s{0,4}=\s{0,4})(?<value>[^\s;"'\x60]{4,4000})(?=[;"'\x60])`,
  ),
  // In comments, where most of what follows a name is prose.
  place(
    'secret',
    String.raw`(?<head>^[ \t]*(?:#+|\/\/+|\/?\*+|--|;|%)[ \t]{0,8}(?:[+-][ \t])?${NAME}[ \t]{0,8}[:=][ \t]{0,8})(?<value>[^\s"'\x60(){};]{4,4000})[ \t]*$`,
    {
      flags: 'im',
      needsDigit: true,
    },
  ),
  // A line of the environment: whatever signs the value has.
  place(
    'secret',
    String.raw`(?<head>^[ \t]*(?:[+-][ \t]*)?(?:export +|set +|ENV +|ARG +)?(?<name>[A-Z][A-Z0-9_]{2,120})=)(?<value>[^\s"'\x60$][^\r\n]{3,4000})`,
    {
      flags: 'm',
    },
  ),
];

/** A literal that goes on in others: `'first' + 'second'`. */
const JOINED = new RegExp(
  String.raw`(?<head>${BEGIN}${NAME}["']?\s{0,8}(?:=>|[:=])\s{0,8}["'\x60])(?<value>[^"'\x60\\\n]{0,1000}["'\x60](?:\s{0,40}[+.\\]?\s{0,40}["'\x60][^"'\x60\\\n]{1,1000}["'\x60]){1,20})`,
  'gi',
);
/** A text of several lines in YAML. */
const BLOCK = new RegExp(
  String.raw`(?<head>^(?<indent>[ \t]{0,40})(?:- +)?${NAME}:[ \t]{0,8}[|>][+-]?\d?[ \t]{0,8}\r?\n\k<indent>[ \t]{1,20})(?<value>\S[^\n]{0,4000}(?:\n\k<indent>[ \t]{1,40}\S[^\n]{0,4000}){0,60})`,
  'gim',
);
/** A text in quotes whose end was cut off, with its line. */
const CUT_OFF = new RegExp(
  String.raw`(?<head>${BEGIN}${NAME}["']?\s{0,8}(?:=>|[:=])\s{0,8}["'\x60])(?<value>[^"'\x60\\\s][^"'\x60\n]{2,4000})$`,
  'gim',
);

/** What is a name, a type or a piece of code, and no literal. */
const NO_LITERAL =
  /^(?:[|>][+-]?\d*$|[&*!{]|\$[{(A-Za-z_]|%[A-Za-z({]|<[^>]*>?$)|=>|^(?:string|str|number|int|boolean|bool|unknown|any|null|nil|none|undefined|true|false|void|bytes|buffer|object|optional)\b[?,;|\s[\]a-z]*$|^[a-z_$][a-z_$]*(?:\??\.[a-z_$]+)+[,;]?$/i;

/** Replaces secrets that are told by what stands around them. @param isMark whether a value is no secret any more, or never was */
export function redactPlaces(
  text: string,
  replaced: (kind: string, secret: string) => string,
  isMark: (value: string) => boolean,
): string {
  const isSecret = (name: string | undefined, value: string): boolean => {
    if (isMark(value) || NO_LITERAL.test(value) || shortOfASecret(value)) return false;
    return name === undefined || (isSecretName(name) && !handsOn(name, value));
  };
  const all = [
    ...PLACES,
    ...[JOINED, BLOCK, CUT_OFF].map((pattern) => ({ kind: 'secret', pattern, needsDigit: false })),
  ];
  return all.reduce(
    (result, { kind, pattern, needsDigit = false }) =>
      result.replace(pattern, (whole: string, ...rest: unknown[]) => {
        const { head, name, value } = rest.at(-1) as { head: string; name?: string; value: string };
        if ((needsDigit && !/\d/.test(value)) || !isSecret(name, value)) return whole;
        // The last quote of joined literals ends the one that is left.
        const kept = pattern === JOINED ? value.slice(0, -1) : value;
        return `${head}${replaced(kind, kept)}${whole.slice(head.length + kept.length)}`;
      }),
    text,
  );
}

/** Whether code hands a value on: `token=authToken`. */
function handsOn(name: string, value: string): boolean {
  const word = value.replace(/[,;]$/, '').toLowerCase();
  return /^[a-z_$][\w$.]*$/.test(word) && !/\d/.test(word) && word.endsWith(name.toLowerCase());
}
