/** Longest text quoted from git or from a location. */
const MAX_QUOTED = 500;

/**
 * Text with the credentials of URLs in it replaced: `https://user:secret@host` and query parameters that carry tokens. For every
 * message, log line and record that names a location.
 */
export function redactLocation(text: string): string {
  return text
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^/?#\s'"]*@/gi, '$1***@')
    .replaceAll(/([?&][^=&#\s'"]*(?:token|key|secret|password|auth)[^=&#\s'"]*=)[^&#\s'"]*/gi, '$1***');
}

/** The sentence of git that explains a failure: its first `fatal:` or `error:` line, without credentials, bounded. */
export function explanationOf(stderr: string, location?: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const line = lines.find((each) => /^(fatal|error|remote|ssh):/i.test(each)) ?? lines.find(Boolean) ?? 'no message';
  const safe = redactLocation(location ? line.replaceAll(location, redactLocation(location)) : line);
  return printable(safe.replace(/^(fatal|error): /i, ''));
}

/** Text without control characters and of bounded length, for messages. */
export function printable(text: string): string {
  const clean = text.replaceAll(/\p{Cc}+/gu, ' ').trim();
  return clean.length > MAX_QUOTED ? `${clean.slice(0, MAX_QUOTED - 1)}…` : clean;
}
