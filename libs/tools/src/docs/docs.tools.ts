import MiniSearch from 'minisearch';
import { suggestNames } from '@headroom/source';
import { z } from 'zod';
import { visibleText } from '../visible.text.js';
import { paged, pageOf, paging } from '../paging.js';
import { defineTool, ToolError, type AnyTool } from '../tool.js';
import type { DocSection, DocsSource } from './docs.port.js';

const SNIPPET = 240;
const LONGEST = 30_000;

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

function search(docs: DocsSource): AnyTool {
  let indexed: { sections: readonly DocSection[]; index: MiniSearch<Entry> } | undefined;
  return defineTool({
    name: 'docs_search',
    title: 'Search documents',
    description:
      'Sections of runbooks, pattern documents and write-ups that match some words, the best first. Read one with docs_read_section.',
    input: z.object({ query: z.string().min(1).max(300), ...paging }),
    output: z.object({
      sections: z.array(
        z.object({ address: z.string(), headings: z.array(z.string()), snippet: z.string(), score: z.number() }),
      ),
      ...paged,
    }),
    run: async ({ query, ...input }) => {
      const sections = await docs.sections();
      if (!indexed || !isSame(indexed.sections, sections)) indexed = { sections, index: indexOf(sections) };
      const found = indexed.index.search(query).map(({ id, score, terms }) => {
        const { address, headings, text } = sections[Number(id)]!;
        return {
          address,
          headings: headings.map(visibleText),
          snippet: snippetOf(text, terms),
          score: Math.round(score * 100) / 100,
        };
      });
      found.sort((a, b) => b.score - a.score || (a.address < b.address ? -1 : 1));
      const { page, ...rest } = pageOf(found, input);
      return { data: { sections: page, ...rest }, source: 'configured documents', trust: 'untrusted' };
    },
  });
}

function readSection(docs: DocsSource): AnyTool {
  return defineTool({
    name: 'docs_read_section',
    title: 'Read a document',
    description:
      'Text of a section by its address (`runbooks/latency.md#first-steps`), or of a whole document, its sections below included.',
    input: z.object({
      address: z.string().min(1).max(1000),
      offset: z.int().min(0).default(0).describe('characters to skip'),
    }),
    output: z.object({ address: z.string(), text: z.string(), total: z.int(), next_offset: z.int().optional() }),
    run: async ({ address, offset }) => {
      const sections = await docs.sections();
      const at = sections.findIndex((each) => each.address === address || each.address.split('#')[0] === address);
      if (at < 0) {
        const known = sections.map((each) => each.address);
        const near = suggestNames(known, address);
        throw new ToolError(
          `There is no section ${address.slice(0, 200)}; ${near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'find one with docs_search.'}`,
        );
      }
      const whole = !address.includes('#');
      const depth = sections[at]!.headings.length;
      const file = address.split('#')[0];
      const after = sections.slice(at + 1);
      const end = after.findIndex(
        (each) => each.address.split('#')[0] !== file || (!whole && each.headings.length <= depth),
      );
      const parts = [sections[at]!, ...(end < 0 ? after : after.slice(0, end))];
      const text = parts
        .map(({ headings, text: body }) =>
          headings.length > 0 ? `${'#'.repeat(headings.length)} ${headings.at(-1)}\n\n${body}` : body,
        )
        .join('\n\n');
      const next = offset + LONGEST;
      const data = {
        address,
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
