/** A text as its reader sees it, and what of it was taken out. */
export interface ShownText {
  text: string;
  /** How many passages and characters were taken out; 0 = the text is as it was. */
  hidden: number;
}

/**
 * Characters that nobody sees: format characters (bidirectional marks, joiners, tags), what is to be ignored where it has no sign of its
 * own (variation selectors, fillers, places that are not given out yet), blanks of Braille, line breaks that only some readers break at,
 * and control characters other than tabs and line breaks.
 */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800]|\r(?!\n)|(?![\t\n\r])\p{Cc}/gu;

/** What stands where a passage was that a reader of the page would not see. */
const mark = (what: string): string => `[removed: ${what}]`;

/** What renders as nothing to its end, because nothing ends it. */
const OPEN_COMMENT = /^ {0,3}<!--[^]*$/m;
const MARKDOWN_COMMENT =
  /^ {0,3}\[(?:\/\/|comment|[^\]\n]{0,40})\]: *(?:#|<>) *(?:"[^"\n]*"|'[^'\n]*'|\([^)\n]*\)) *$/gim;
const HIDDEN_STYLE = String.raw`(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d]))`;
const UNQUOTED_STYLE = String.raw`[^\s"'<>]*${HIDDEN_STYLE.replaceAll(String.raw`\s*`, '')}`;
const HIDDEN_OPENING = new RegExp(
  String.raw`<([a-z][a-z0-9-]*)\b(?=[^<>]*\s(?:hidden(?=[\s>=/])|style\s*=\s*(?:"[^"<>]*${HIDDEN_STYLE}|'[^'<>]*${HIDDEN_STYLE}|${UNQUOTED_STYLE})))[^<>]*>`,
  'gi',
);
const TAG = /<[a-z][a-z0-9-]*(?:\s+[^<>]*)?>/gi;
/** Attributes whose text is not shown, or only to some. */
const UNSHOWN_ATTRIBUTE = /\s(?:alt|title|aria-[a-z]+|data-[a-z0-9-]+|placeholder|summary)\s*=\s*(?:"[^"]*"|'[^']*')/gi;
const IMAGE = /!\[([^\]\n]{1,1000})\](?=[([])/g;
/** Of a link that is defined apart from its text: the definition itself is not shown at all. */
const DEFINED_TITLE = /^( {0,3}\[[^\]\n]{1,1000}\]: *[^\s"']{1,2000}) +(?:"[^"\n]*"|'[^'\n]*'|\([^)\n]*\)) *$/gm;
const LINK_TITLE = /(\]\([^()\s]*)\s+(?:"[^"\n]*"|'[^'\n]*')(?=\))/g;

/**
 * A text without what its reader on a page would not see: invisible and bidirectional characters, HTML and Markdown comments, hidden
 * elements, attributes that are not shown, alternative texts of images and titles of links. Where a passage was, a mark says so.
 * The same text gives the same bytes.
 */
export function shownText(text: string): ShownText {
  const passages: string[] = [];
  return { text: shown(text, passages), hidden: passages.length };
}

/** What {@link shownText} takes out of a text. */
export function hiddenPassages(text: string): string[] {
  const passages: string[] = [];
  shown(text, passages);
  return passages;
}

function shown(text: string, passages: string[]): string {
  const out = (passage: string, instead: string): string => {
    passages.push(passage);
    return instead;
  };
  const uncommented = withoutComments(
    text.replaceAll(INVISIBLE, (sign) => out(sign, '')),
    (comment) => out(comment, mark('HTML comment')),
  )
    .replace(OPEN_COMMENT, (comment) => out(comment, mark('HTML comment')))
    .replaceAll(MARKDOWN_COMMENT, (comment) => out(comment, mark('comment')));
  return withoutHiddenElements(uncommented, (element) => out(element, mark('hidden element')))
    .replaceAll(TAG, (tag) => tag.replaceAll(UNSHOWN_ATTRIBUTE, (attribute) => out(attribute, '')))
    .replaceAll(IMAGE, (image) => out(image, '![]'))
    .replaceAll(DEFINED_TITLE, (title, link: string) => out(title, link))
    .replaceAll(LINK_TITLE, (title, link: string) => out(title, link));
}

/** Looked for in one pass: a pattern that looks for its end from every beginning costs the square of a text without ends. */
function withoutComments(text: string, markOf: (comment: string) => string): string {
  let result = '';
  let at = 0;
  for (;;) {
    const start = text.indexOf('<!--', at);
    const end = start === -1 ? -1 : text.indexOf('-->', start + 4);
    if (end === -1) return result + text.slice(at);
    result += text.slice(at, start) + markOf(text.slice(start, end + 3));
    at = end + 3;
  }
}

/** Elements go with all that is in them; of one that nothing closes only the tag goes. */
function withoutHiddenElements(text: string, markOf: (element: string) => string): string {
  const unclosed = new Set<string>();
  let result = '';
  let at = 0;
  for (const { 0: tag, 1: name = '', index } of text.matchAll(HIDDEN_OPENING)) {
    if (index < at) continue;
    const inside = index + tag.length;
    const end = unclosed.has(name) ? undefined : endOfElement(text, name, inside);
    if (end === undefined) unclosed.add(name);
    result += text.slice(at, index) + markOf(text.slice(index, end ?? inside));
    at = end ?? inside;
  }
  return result + text.slice(at);
}

/** Where an element ends whose content begins at a place. */
function endOfElement(text: string, name: string, from: number): number | undefined {
  const tags = new RegExp(`<(/?)${name}(?![a-z0-9-])[^<>]*>`, 'gi');
  tags.lastIndex = from;
  let depth = 1;
  for (let found = tags.exec(text); found; found = tags.exec(text)) {
    depth += found[1] === '/' ? -1 : 1;
    if (depth === 0) return tags.lastIndex;
  }
  return undefined;
}
