import MiniSearch from 'minisearch';
import { suggestNames } from '@headroom/source';
import { z } from 'zod';
import { redactBeforeCut } from '../redaction.js';
import { visibleText } from '../visible.text.js';
import { paged, pageOf, paging } from '../paging.js';
import { defineTool, ToolError, type AnyTool } from '../tool.js';
import type { DocSection, Documents, DocsSource } from './docs.port.js';

const SNIPPET = 240;
const LONGEST = 30_000;
const MOST_LEFT_OUT = 10;

interface Entry {
  id: number;
  title: string;
  text: string;
}

function indexOf(sections: readonly DocSection[]): MiniSearch<Entry> {
  const index = new MiniSearch<Entry>({
    fields: ['title', 'text'],
    searchOptions: { boost: { title: 3 }, prefix: true, fuzzy: (term) => (term.length > 5 ? 0.2 : false) },
  });
  index.addAll(sections.map(({ headings, text }, id) => ({ id, title: headings.join(' '), text })));
  return index;
}

function snippetOf(text: string, terms: readonly string[]): string {
  const lower = text.toLowerCase();
  const places = terms.map((term) => lower.indexOf(term)).filter((place) => place >= 0);
  const from = Math.max(0, Math.min(...(places.length > 0 ? places : [0])) - 60);
  return visibleText(text.slice(from, from + SNIPPET))
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** A source gives the very same sections again as long as nothing has changed. */
function isSame(before: readonly DocSection[], now: readonly DocSection[]): boolean {
  return before.length === now.length && now.every((section, index) => section === before[index]);
}

function leftOutOf(all: readonly string[]): string[] {
  const shown = all.slice(0, MOST_LEFT_OUT).map((each) => visibleText(each).slice(0, 400));
  return all.length > shown.length ? [...shown, `and ${all.length - shown.length} more.`] : shown;
}

function search(docs: DocsSource): AnyTool {
  let indexed: { sections: readonly DocSection[]; index: MiniSearch<Entry> } | undefined;
  return defineTool({
    name: 'docs_search',
    title: 'Search documents',
    description: 'Sections of runbooks, patterns and write-ups that match words, best first.',
    input: z.object({ query: z.string().min(1).max(300), ...paging }),
    output: z.object({
      sections: z.array(
        z.object({ address: z.string(), headings: z.array(z.string()), snippet: z.string(), score: z.number() }),
      ),
      left_out: z.array(z.string()).optional(),
      ...paged,
    }),
    run: async ({ query, ...input }, { signal }) => {
      const { sections, leftOut } = await docs.read(signal);
      if (!indexed || !isSame(indexed.sections, sections)) indexed = { sections, index: indexOf(sections) };
      const found = indexed.index.search(query).map(({ id, score, terms }) => {
        const { address, headings, text } = sections[Number(id)]!;
        return {
          address: visibleText(address),
          headings: headings.map(visibleText),
          snippet: snippetOf(text, terms),
          score: Math.round(score * 100) / 100,
        };
      });
      found.sort((a, b) => b.score - a.score || (a.address < b.address ? -1 : 1));
      const { page, ...rest } = pageOf(found, input);
      const missing = leftOut.length > 0 ? { left_out: leftOutOf(leftOut) } : {};
      return { data: { sections: page, ...missing, ...rest }, source: 'configured documents', trust: 'untrusted' };
    },
  });
}

function fileOf({ address }: DocSection): string {
  return address.split('#')[0]!;
}

function textOf({ headings, level, text }: DocSection): string {
  return level > 0 ? `${'#'.repeat(level)} ${headings.at(-1)}\n\n${text}` : text;
}

function missingSection({ sections, leftOut }: Documents, address: string): string {
  const file = `${address.split('#')[0]}: `;
  const reason = leftOut.find((each) => each.startsWith(file))?.slice(file.length);
  if (reason !== undefined) return `${visibleText(file.slice(0, -2).slice(0, 200))} cannot be read here: ${reason}`;
  const inFile = sections.filter((each) => fileOf(each) === address.split('#')[0]);
  const known = inFile.length > 0 ? inFile : sections.slice(0, 20_000);
  const near = suggestNames(
    known.map((each) => each.address),
    address,
  );
  const hint = near.length > 0 ? `did you mean ${visibleText(near.join(' or '))}?` : 'find one with docs_search.';
  return `There is no section ${visibleText(address.slice(0, 200))}; ${hint}`;
}

function readSection(docs: DocsSource): AnyTool {
  return defineTool({
    name: 'docs_read_section',
    title: 'Read a document',
    description:
      'A section with those below it, by its address (`runbooks/latency.md#first-steps`), or a whole document.',
    input: z.object({
      address: z.string().min(1).max(1000),
      offset: z.int().min(0).default(0).describe('characters to skip'),
    }),
    output: z.object({ address: z.string(), text: z.string(), total: z.int(), next_offset: z.int().optional() }),
    run: async ({ address, offset }, { signal }) => {
      const known = await docs.read(signal);
      const { sections } = known;
      const at = sections.findIndex((each) => each.address === address || fileOf(each) === address);
      if (at < 0) throw new ToolError(missingSection(known, address));
      const first = sections[at]!;
      const whole = !address.includes('#');
      const after = sections.slice(at + 1);
      const end = after.findIndex((each) => fileOf(each) !== fileOf(first) || (!whole && each.level <= first.level));
      const read = [first, ...(end < 0 ? after : after.slice(0, end))].map(textOf).join('\n\n');
      // A caller chooses where it is cut.
      const { text } = redactBeforeCut(read);
      if (offset > 0 && offset >= text.length) {
        throw new ToolError(`${address.slice(0, 200)} has ${text.length} characters; offset ${offset} is behind them.`);
      }
      const next = offset + LONGEST;
      const data = {
        address: visibleText(address),
        text: visibleText(text.slice(offset, next)),
        total: text.length,
        ...(next < text.length && { next_offset: next }),
      };
      return { data, source: `document ${address}`, trust: 'untrusted' };
    },
  });
}

/** Tools that look at documents. */
export function docsTools(docs: DocsSource): AnyTool[] {
  return [search(docs), readSection(docs)];
}
