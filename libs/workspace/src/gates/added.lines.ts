/** Rules that an added line can break. */
export type LineRule = 'secret' | 'environment-sensitive' | 'threat';

const SECRETS: readonly RegExp[] = [
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36,}\b/,
  /\bgithub_pat_[A-Za-z0-9_]{40,}\b/,
  /\bglpat-[A-Za-z0-9_-]{20,}\b/,
  /\bxox[abeprs]-[A-Za-z0-9-]{10,}\b/,
  /\bsk-[A-Za-z0-9_-]{20,}\b/,
  /\bnpm_[A-Za-z0-9]{36}\b/,
  /\bAIza[0-9A-Za-z_-]{35}\b/,
  /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\b/,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@'"`$]+:[^\s/@'"`$]{3,}@/i,
  /\b(?:password|passwd|secret|token|api[_-]?key|access[_-]?key)\b['"]?\s*[:=]\s*['"`][^'"`\s$]{8,}['"`]/i,
];

/** What tells code where it runs: a candidate that asks may behave differently when it is judged. */
const ENVIRONMENT: readonly RegExp[] = [
  /\bprocess\s*(?:\?\.|\.)\s*(?:env|argv0?|execArgv|execPath|title|ppid|report|uptime|cpuUsage|resourceUsage)\b/,
  /\bprocess\s*(?:\?\.)?\[/,
  /\bimport\.meta\.(?:env|main)\b/,
  /\b(?:NODE_OPTIONS|NODE_TEST_CONTEXT|NODE_V8_COVERAGE|JEST_WORKER_ID|VITEST)\b/,
  /(?:\b|_)headroom/i,
  /\b(?:Deno|Bun)\.env\b/,
  /\brequire\.main\b|\bmodule\.parent\b/,
  /\bnew Error\([^)]*\)\.stack\b|\bcaptureStackTrace\b|\bprepareStackTrace\b/,
  /\bgetCallSites?\b/,
  // Python and Go.
  /\bos\s*\.\s*(?:environb?|getenvb?|times|getloadavg|Getenv|LookupEnv|Environ|Args|Executable)\b/,
  /\bsys\s*\.\s*(?:argv|orig_argv|flags|modules|meta_path|path_hooks|gettrace|getprofile|settrace|setprofile|_getframe|_current_frames)\b/,
  /\binspect\s*\.\s*(?:stack|currentframe|trace|getouterframes)\b|\btraceback\s*\.\s*(?:extract_stack|format_stack|walk_stack)\b/,
  /\b(?:PYTEST_CURRENT_TEST|PYTHONPATH|sitecustomize)\b|\bruntime\.(?:Callers?|Stack|NumGoroutine)\b|\btesting\.Testing\b/,
  /^from\s+(?:os|sys)\s+import\b.*(?:\*|\b(?:environb?|getenvb?|argv|modules|_getframe)\b)/,
  // Under another name, none of these would be seen.
  /^import\s+(?:[\w.]+(?:\s+as\s+\w+)?\s*,\s*)*(?:os|sys|inspect|traceback)\s+as\b/,
  /\b(?:getattr|vars)\s*\(\s*(?:os|sys)\b|\b(?:os|sys)\s*\.\s*__dict__\b/,
  /^(?:import\s+)?(?!import\b)[\w.]+\s+"(?:os|runtime)"$/,
];

const THREATS: readonly RegExp[] = [
  /['"](?:node:)?(?:child_process|worker_threads|cluster|inspector|vm|repl|module|dgram|test|v8|wasi)(?:\/[a-z]+)?['"]/,
  /\beval\s*\(|\bnew\s+Function\s*\(|\bFunction\s*\(/,
  /\bprocess\s*(?:\?\.|\.)\s*(?:binding|dlopen|getBuiltinModule|kill|exit|abort|reallyExit|setuid|setgid|chdir)\b/,
  /\b(?:globalThis|global)\s*(?:\?\.)?\[/,
  /\b(?:import|require)\s*\(\s*(?:[^'"\s]|(['"])[^'"]*\1\s*[+.])/,
  // Ways to a function made of text that name none.
  /\.constructor\s*(?:\?\.)?(?:\.\s*constructor\b|\(\s*['"`])|\[\s*['"`]constructor['"`]\s*\]/,
  // Letters that are written so that nobody reads them.
  /\\(?:x|u00|u\{0*)(?:4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])\}?(?=[A-Za-z_\\])/i,
  /\b(?:fromCharCode|atob)\s*\(|\bBuffer\.from\s*\([^)]*['"](?:base64|hex)/,
  /['"`][A-Za-z0-9+/]{200,}={0,2}['"`]/,
  /[‪-‮⁦-⁩]/,
  // Python: what starts programs, reaches out, or runs text; Go: the same by import.
  /^import\s+(?:[\w.]+(?:\s+as\s+\w+)?\s*,\s*)*(?:subprocess|socket|ctypes|multiprocessing|importlib|builtins|marshal|pickle|pty|runpy|gc|atexit|unittest|pytest)\b(?!\s+from\b|\s*,\s*[{*])/,
  /^from\s+(?:subprocess|socket|ctypes|multiprocessing|importlib|builtins|marshal|pickle|pty|runpy|gc|atexit|unittest|pytest)\b/,
  /\bos\s*\.\s*(?:system|popen|exec[lv]\w*|spawn\w+|posix_spawnp?|fork(?:pty)?|killp?g?|_exit|abort|chdir|setuid|setgid)\s*\(/,
  /(?<![.\w])(?:exec|compile|__import__|globals)\s*\(/,
  /\b(?:b64decode|fromhex|unhexlify)\s*\(/,
  /^(?:import\s+)?(?:\w+\s+)?"(?:os\/exec|syscall|unsafe|plugin|net|net\/http|testing)"$/,
];

const RULES: readonly (readonly [LineRule, readonly RegExp[]])[] = [
  ['secret', SECRETS],
  ['environment-sensitive', ENVIRONMENT],
  ['threat', THREATS],
];

/** Whether a text holds what looks like a credential. */
export function holdsSecret(text: string): boolean {
  return SECRETS.some((pattern) => pattern.test(text));
}

/** One added line that breaks a rule. */
export interface BrokenLine {
  rule: LineRule;
  /** Position of the file in the patch, from 0. */
  file: number;
  /** The line, shortened; empty for a secret. */
  text: string;
}

/**
 * Looks through the lines that a patch adds. A line that it also removes was moved, and says nothing about the patch, except for
 * a secret. The patch must have been read strictly before: here every line is taken for what its first character says.
 */
export function brokenLines(patch: string): BrokenLine[] {
  const lines = hunkLines(patch);
  const removed = new Set(lines.filter((line) => line.startsWith('-')).map((line) => line.slice(1).trim()));
  const broken: BrokenLine[] = [];
  let file = -1;
  for (const line of lines) {
    if (line === FILE_START) file++;
    if (!line.startsWith('+')) continue;
    const text = line.slice(1).trim();
    for (const [rule, patterns] of RULES) {
      if (rule !== 'secret' && removed.has(text)) continue;
      if (!patterns.some((pattern) => pattern.test(text))) continue;
      broken.push({ rule, file, text: rule === 'secret' ? '' : text.slice(0, 120) });
    }
  }
  return broken;
}

const FILE_START = 'diff';

/** Lines of hunks alone, and a mark where a file starts: in a header, `+++` names a file. */
function hunkLines(patch: string): string[] {
  let inHunk = false;
  return patch.split('\n').flatMap((line) => {
    if (line.startsWith('diff --git ')) {
      inHunk = false;
      return [FILE_START];
    }
    if (line.startsWith('@@ ')) inHunk = true;
    return inHunk ? [line] : [];
  });
}
