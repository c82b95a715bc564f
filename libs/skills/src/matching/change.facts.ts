import { changedFiles, type ChangedFile } from './changed.files.js';
import { codeOf, languageFamily, type LanguageFamily } from './code.lines.js';

/** What facts of a change are read from. */
export interface ChangeInput {
  /** The named root cause; absent where none is named. */
  readonly cause?: { readonly kind: string; readonly before?: unknown; readonly after?: unknown } | undefined;
  /** Unified diff of the change; absent where it has none. */
  readonly diff?: string | undefined;
  /** Function identities of the finding. Where some of them are in changed files, code of other files does not count. */
  readonly frames?: readonly string[];
}

type Patterns = readonly RegExp[] | Readonly<Partial<Record<LanguageFamily, RegExp>>>;

/** Facts that show in the lines of a change, by what a line holds. Names are those of usual libraries, or of usual variables. */
const CODE_FACTS: Readonly<Record<string, Patterns>> = {
  'adds-log-call': [
    /\b(?:\w*log(?:ger|ging)?|console|slog|zap)(?:\(\))?(?:\s*\??\.\s*\w+\((?:[^()]|\([^()]*\))*\))*\s*\??\.\s*(?:at)?(?:silly|trace|verbose|debug|info|log|warn|warning|error|fatal|exception|printf?|println)\w*\s*\(/i,
    // Whatever it is called, nothing else is told something for its own sake by methods of these names.
    /^\s*(?:await\s+)?[\w$.?!#]+\.(?:trace|debug|info|warn)\s*\(/,
    /\bSystem\.(?:out|err)\.print|\bfmt\.(?:Print|Fprint)|(?<![\w.])print\s*\(/,
  ],
  'adds-loop': {
    js: /(?<![\w.$])(?:for|while)\s*(?:await\s*)?\(|(?<![\w.$])do\s*\{|\.(?:map|forEach|filter|reduce|flatMap|some|every|find|findIndex)\s*\(/,
    python: /(?<![\w.])(?:for\s+.+\s+in\s|while\s)/,
    go: /^\s*for\b/,
    java: /(?<![\w.])(?:for|while)\s*\(|(?<![\w.])do\s*\{|\.(?:stream|forEach)\s*\(/,
  },
  'adds-serialisation': [
    /\bJSON\.(?:stringify|parse)\s*\(|\bstructuredClone\s*\(|\b(?:json|pickle|yaml|msgpack|orjson|ujson)\.(?:dumps?|loads?)\s*\(/,
    /\b(?:json|xml|gob|proto|yaml)\.(?:Marshal|Unmarshal|NewEncoder|NewDecoder)\w*\s*\(|\.(?:writeValueAs\w+|readValue|toJson|fromJson|toByteArray)\s*\(/,
    /\.(?:encode|decode|serialize|deserialize|serialise|deserialise)\w*\s*\(|\.toJSON\s*\(|\bmodel_dump\w*\s*\(/,
  ],
  'adds-regex': [
    /\bRegExp\s*\(|\bre\.(?:compile|match|search|sub|findall|finditer|fullmatch|split)\s*\(/,
    /\bregexp\.(?:MustCompile|Compile|Match)\w*\s*\(|\bPattern\.(?:compile|matches)\s*\(|\.(?:matches|replaceAll|replaceFirst)\s*\(\s*"/,
    /(?:[=(,:[!&|?;]|\breturn)\s*\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[])+\/[dgimsuvy]*\s*[.,;)\]]/,
  ],
  'adds-metric': [
    /\b\w*(?:metrics?|meter|statsd|prometheus|counter|histogram|gauge|timer|telemetry)\w*(?:\(\))?\s*\.\s*\w+\s*\(/i,
    /\.(?:startTimer|observe|inc|increment|startSpan|start_as_current_span|withLabelValues|WithLabelValues)\s*\(/,
  ],
  'adds-retry': [/\b\w*(?:retry|retries|backoff|back_off)\w*\s*[(:=<]|@\w*retry\b|\bmax_?attempts?\b/i],
  'adds-query': [
    /\b(?:SELECT\s.+\sFROM|INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+\S+\s+SET)\b/i,
    /\.(?:query|queryRow|queryContext|execute|executeQuery|findOne|findMany|findAll|findById|findUnique|aggregate|fetchall|fetchone|objects\.(?:filter|get|all))\s*\(/i,
  ],
  'adds-allocation': {
    js: /\bnew\s+[A-Z]\w*|\.\.\.[\w(.[{]|\.(?:slice|concat|map|filter|split|flatMap)\s*\(|\bArray\.from\s*\(|\bObject\.(?:assign|entries|keys|values|fromEntries)\s*\(|\bBuffer\.(?:alloc|from|concat)\w*\s*\(/,
    python: /\b(?:list|dict|set|tuple|bytearray|copy|deepcopy|sorted)\s*\(|[[{(].+\sfor\s.+\sin\s/,
    go: /\b(?:make|append|new)\s*\(|&\w+\s*\{|\[\](?:byte|rune|string)\s*\(/,
    java: /\bnew\s+\w|\b(?:List|Set|Map)\.(?:of|copyOf)\s*\(|\.(?:collect|toList|toArray|clone)\s*\(/,
  },
  'adds-field': {
    js: /^\s*(?!default\b|case\b)(?:readonly\s+)?[\w$'"]+\??:\s*.+[,;]?\s*$/,
    python: /^\s*(?:\w+\s*:\s*[\w[\], .|"']+(?:=.*)?|['"][\w-]+['"]\s*:.+,?)\s*$/,
    go: /^\s*[A-Z]\w*\s+[\w.*[\]]+(?:\s+`[^`]*`)?\s*$|^\s*[\w"]+:\s*.+,\s*$/,
    java: /^\s*(?:private|protected|public)\s+(?:final\s+)?[\w<>[\], ?]+\s+\w+\s*(?:=.*)?;\s*$/,
  },
};

const CALL = /[\w$)\]]\s*(?:\?\.)?\(/g;
const NO_CALL = /(?<![\w.$])(?:if|for|while|switch|catch|return|function|def|func|elif|with|and|or|not|in)\s*\(/g;
/** Facts that are read from texts between quotes too. */
const IN_TEXTS = new Set(['adds-query', 'adds-field', 'adds-regex']);

const MANIFEST =
  /(?:^|\/)(?:package(?:-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|npm-shrinkwrap\.json|requirements[\w.-]*\.txt|pyproject\.toml|poetry\.lock|uv\.lock|Pipfile(?:\.lock)?|go\.(?:mod|sum)|pom\.xml|build\.gradle(?:\.kts)?|libs\.versions\.toml)$/;
const SCHEMA =
  /\.(?:proto|avsc|graphql|gql|fbs|thrift|xsd|sql|prisma)$|(?:^|\/)(?:openapi|swagger)[\w.-]*\.(?:ya?ml|json)$|[\w.-]*schema[\w.-]*\.\w+$/i;
const CONFIGURATION =
  /\.(?:ya?ml|toml|ini|conf|cfg|properties|env)$|(?:^|\/)(?:\.env[\w.-]*|config[\w.-]*\.json|settings[\w.-]*\.json)$|(?:^|\/)config\/.+\.json$/i;
const NOT_RUN =
  /(?:^|\/)(?:tests?|__tests__|docs?|fixtures)\/|\.(?:spec|test)\.\w+$|_test\.\w+$|(?:^|\/)test_\w+\.py$|\.(?:md|txt|rst)$/;
const VERSION = /\d+\.\d+/;

/**
 * What a change did, as far as its lines tell: facts for `change:`, sorted. Read from what the change has more of than before, so
 * that a moved or reworded call is no new one. Deterministic, and a reading of text: a skill's playbook looks at the code itself.
 */
export function changeFacts({ cause, diff, frames = [] }: ChangeInput): string[] {
  const files =
    diff === undefined ? [] : changedFiles(diff).filter(({ path }) => MANIFEST.test(path) || !NOT_RUN.test(path));
  const facts = new Set([...causeFacts(cause), ...files.flatMap(fileFacts)]);
  for (const [fact, patterns] of Object.entries(CODE_FACTS)) {
    if (
      grown(codeFiles(files, frames), (line, family, raw) => countOf(patterns, IN_TEXTS.has(fact) ? raw : line, family))
    ) {
      facts.add(fact);
    }
  }
  if (grown(codeFiles(files, frames), callsIn)) facts.add('adds-call');
  return [...facts].sort();
}

function causeFacts(cause: ChangeInput['cause']): string[] {
  if (cause?.kind === 'dependency') return ['bumps-dependency'];
  if (cause?.kind === 'config') return ['changes-config'];
  if (cause?.kind !== 'experiment') return [];
  return Number(cause.after) > Number(cause.before) ? ['raises-exposure'] : [];
}

function fileFacts({ path, added }: ChangedFile): string[] {
  const facts: string[] = [];
  if (MANIFEST.test(path)) return added.some((line) => VERSION.test(line)) ? ['bumps-dependency'] : [];
  if (SCHEMA.test(path)) facts.push('changes-schema');
  else if (CONFIGURATION.test(path)) facts.push('changes-config');
  return facts;
}

/** Changed files of code; those that hold frames of the finding where there are such. */
function codeFiles(files: readonly ChangedFile[], frames: readonly string[]): ChangedFile[] {
  const code = files.filter(({ path }) => languageFamily(path) !== undefined);
  const own = code.filter(({ path }) => frames.some((id) => id.startsWith(`${path}:`)));
  return own.length > 0 ? own : code;
}

type Counter = (line: string, family: LanguageFamily, raw: string) => number;

function grown(files: readonly ChangedFile[], count: Counter): boolean {
  return files.some(({ path, added, removed }) => {
    const family = languageFamily(path)!;
    const total = (lines: readonly string[]) =>
      codeOf(lines, family).reduce((sum, { line, raw }) => sum + count(line, family, raw), 0);
    return total(added) > total(removed);
  });
}

function countOf(patterns: Patterns, line: string, family: LanguageFamily): number {
  const list = Array.isArray(patterns)
    ? (patterns as readonly RegExp[])
    : [(patterns as Partial<Record<LanguageFamily, RegExp>>)[family]];
  return list.some((pattern) => pattern?.test(line)) ? 1 : 0;
}

function callsIn(line: string): number {
  return (line.match(CALL)?.length ?? 0) - (line.match(NO_CALL)?.length ?? 0);
}
