import { code, escaped } from './markdown.js';

const LONGEST_LINE = 4000;
const HEADING = /^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$/;
const BULLET = /^(\s{0,8})[-*+]\s+(.*)$/;
const NUMBERED = /^(\s{0,8})(\d{1,3})[.)]\s+(.*)$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** Text with inline code and strong emphasis; everything else of Markdown shows as it was typed. */
function inline(text: string): string {
  return text
    .split(/(`[^`]+`|\*\*[^*`]+\*\*)/)
    .map((part) => {
      if (/^`[^`]+`$/.test(part)) return code(part.slice(1, -1), LONGEST_LINE);
      if (/^\*\*[^*`]+\*\*$/.test(part)) return `**${escaped(part.slice(2, -2), LONGEST_LINE)}**`;
      // The blanks at its ends part it from what stands beside it.
      const [, before = '', middle = '', after = ''] = /^(\s?)[\s]*(.*?)[\s]*?(\s?)$/s.exec(part) ?? [];
      return middle === '' ? before || after : `${before}${escaped(middle, LONGEST_LINE)}${after}`;
    })
    .join('');
}

function line(text: string): string {
  const heading = HEADING.exec(text);
  if (heading) return `### ${inline(heading[1]!)}`;
  const bullet = BULLET.exec(text);
  if (bullet) return `${bullet[1]}- ${inline(bullet[2]!)}`;
  const numbered = NUMBERED.exec(text);
  if (numbered) return `${numbered[1]}${numbered[2]}. ${inline(numbered[3]!)}`;
  return inline(text.trim());
}

/**
 * A note of a draft as Markdown that cannot do anything: headings (all of the third level), lists, code and strong emphasis stay;
 * links, pictures, mentions and HTML show as text.
 */
export function noteMarkdown(note: string): string {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const text of note.replace(/\r\n?|[\u2028\u2029]/g, '\n').split('\n')) {
    // Before a fence is looked for: without such a character a line may be one.
    const visible = text.replace(/(?!\t)[\p{Cc}\p{Cf}]/gu, '');
    const mark = FENCE.exec(visible)?.[1];
    if (fence !== undefined) {
      const closes = mark?.startsWith(fence) ?? false;
      lines.push(closes ? fence : visible);
      if (closes) fence = undefined;
    } else if (mark === undefined) lines.push(line(text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trimEnd()));
    else {
      fence = mark;
      lines.push(fence);
    }
  }
  if (fence !== undefined) lines.push(fence);
  return lines.join('\n').trim();
}
