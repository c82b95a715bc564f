import type { DocSection } from './docs.port.js';

interface Heading {
  level: number;
  text: string;
}

/** What a heading is called in an address, as forges do. */
function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
}

/** A heading that occurs again has a number, and never the name of one that is called so. */
function uniqueSlug(slug: string, taken: Set<string>): string {
  let unique = slug;
  for (let count = 1; taken.has(unique); count++) unique = `${slug}-${count}`;
  taken.add(unique);
  return unique;
}

function plainHeading(text: string): string {
  return text
    .replace(/\s+#+\s*$/, '')
    .replaceAll(/[`*_]/g, '')
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim();
}

function withoutFrontMatter(text: string): string {
  return text.replace(/^\ufeff/, '').replace(/^---\r?\n[^]*?\r?\n---\r?\n/, '');
}

/** Splits a Markdown text at its headings, `#` and underlined ones; those in code blocks are none. */
export function markdownSections(text: string, path: string): DocSection[] {
  const sections: DocSection[] = [];
  const slugs = new Set<string>();
  let open: Heading[] = [];
  let lines: string[] = [];
  let fence: string | undefined;
  let address = path;

  const close = (): void => {
    const body = lines.join('\n').trim();
    if (body !== '' || open.length > 0)
      sections.push({ address, headings: open.map((each) => each.text), level: open.at(-1)?.level ?? 0, text: body });
    lines = [];
  };
  const begin = (heading: Heading): void => {
    close();
    open = [...open.filter(({ level }) => level < heading.level), heading];
    address = `${path}#${uniqueSlug(slugOf(heading.text) || 'section', slugs)}`;
  };

  for (const line of withoutFrontMatter(text).split(/\r?\n/)) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark && mark.startsWith(fence) && line.trim() === mark) fence = undefined;
      lines.push(line);
      continue;
    }
    if (mark) fence = mark;
    const hashed = mark ? null : /^ {0,3}(#{1,6})\s+(.+)$/.exec(line);
    const underlined = /^ {0,3}(=+|-+)\s*$/.exec(line)?.[1];
    const above = lines.at(-1)?.trim() ?? '';
    if (hashed) begin({ level: hashed[1]!.length, text: plainHeading(hashed[2]!) });
    else if (underlined && above !== '' && !/^[-*+>|]/.test(above) && (lines.at(-2)?.trim() ?? '') === '') {
      lines.pop();
      begin({ level: underlined.startsWith('=') ? 1 : 2, text: plainHeading(above) });
    } else lines.push(line);
  }
  close();
  return sections;
}
