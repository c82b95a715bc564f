/** Fields of a header that differ from the default; undefined leaves one out. */
export interface HeaderChanges {
  readonly fields?: Readonly<Record<string, string | undefined>>;
  readonly metadata?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
}

/** Text of a valid `SKILL.md` named `speed-up`, with changes. Values are YAML as written. */
export function skillText({ fields = {}, metadata = {}, body = '\n# Speed up\n' }: HeaderChanges = {}): string {
  const own = {
    'headroom.dev/kind': '"opportunity"',
    'headroom.dev/side': '"offense"',
    'headroom.dev/version': '"1.2.3"',
    'headroom.dev/applies-to': '"lang:typescript type:cpu"',
    'headroom.dev/playbook': '"none"',
    ...metadata,
  };
  const top = { name: 'speed-up', description: 'Makes things faster. Use when they are slow.', ...fields };
  return `---\n${linesOf(top, '')}metadata:\n${linesOf(own, '  ')}---\n${body}`;
}

function linesOf(values: Readonly<Record<string, string | undefined>>, indent: string): string {
  const written = Object.entries(values).filter(([, value]) => value !== undefined);
  return written.map(([key, value]) => `${indent}${key}: ${value}\n`).join('');
}
