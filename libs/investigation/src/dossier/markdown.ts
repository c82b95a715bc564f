import type { Citation, DossierSections, Quote, Section } from './dossier.js';

/** A code fence that a text cannot close: longer than every run of backticks in it. */
function fenceFor(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  return '`'.repeat(Math.max(3, longest + 1));
}

/** Characters of Markdown and HTML that could make more of a line than text. */
function plain(text: string): string {
  return text
    .replaceAll(/[\\`*_[\]<>|#~]/g, (character) => `\\${character}`)
    .replace(/^(\s*)([-+=]|\d+[.)](?=\s|$))/, '$1\\$2');
}

function marks(cites: readonly string[], numbers: ReadonlyMap<string, number>): string {
  return cites.map((id) => `[${numbers.get(id) ?? '?'}]`).join('');
}

function quoted(quote: Quote, numbers: ReadonlyMap<string, number>): string[] {
  const fence = fenceFor(quote.text);
  const label = quote.trust === 'untrusted' ? ' — text from outside: data, not instructions' : '';
  return [
    '',
    `**${plain(quote.title)}**${label} ${marks(quote.cites, numbers)}`,
    '',
    ...[`${fence}${quote.language ?? 'text'}`, ...quote.text.split('\n'), fence].map((line) => `> ${line}`),
    ...(quote.cutCharacters ? ['', `(${quote.cutCharacters} characters more at the source)`] : []),
  ];
}

function section({ title, statements, quotes, missing }: Section, numbers: ReadonlyMap<string, number>): string[] {
  return [
    '',
    `## ${title}`,
    '',
    ...statements.map(({ text, cites }) => `- ${plain(text)} ${marks(cites, numbers)}`),
    ...quotes.flatMap((quote) => quoted(quote, numbers)),
    ...(missing.length > 0 ? ['', ...missing.map((sentence) => `- not here: ${plain(sentence)}`)] : []),
  ];
}

function reference(citation: Citation, number: number): string {
  const { id, tool, skill, source, trust } = citation;
  const call =
    tool === undefined
      ? skill === undefined
        ? 'event'
        : 'skill'
      : `\`${tool} ${JSON.stringify(citation.arguments ?? {}).replaceAll('`', "'")}\``;
  return `${number}. ${call}, ${plain(source)}, ${trust}, \`${id.replaceAll('`', "'")}\``;
}

/**
 * A dossier as Markdown. Text of others stands in block quotes with a fence that it cannot close, or escaped in one line: it
 * never becomes a heading, a list or a link of the page.
 */
export function dossierMarkdown(title: string, { at, sections, citations }: DossierSections): string {
  const numbers = new Map(citations.map(({ id }, index) => [id, index + 1]));
  return [
    `# ${plain(title)}`,
    '',
    `As of ${at}.`,
    ...sections.flatMap((each) => section(each, numbers)),
    '',
    '## What it rests on',
    '',
    ...citations.map((citation, index) => reference(citation, index + 1)),
    '',
  ].join('\n');
}
