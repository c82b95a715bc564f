/**
 * A note as Markdown. Figures of the finding are asked for as `{{name}}` and filled in from the record, so that a note states none of
 * its own: `before`, `after`, `delta`, `shareOfService`, `unitOfWork`, `deployment`, `environment`.
 */
export function noteOf(...paragraphs: readonly (string | readonly string[])[]): string {
  const texts = paragraphs.map((one) => (typeof one === 'string' ? one : one.map((item) => `- ${item}`).join('\n')));
  return `${texts.join('\n\n')}\n`;
}

/** Text of somebody else between backticks, on one line. */
export function quoted(text: string): string {
  return `\`${text
    .replaceAll(/[`\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 200)}\``;
}

/** The paragraph that says what grew. */
export const WHAT_GREW =
  'The subject costs {{after}} per {{unitOfWork}} since deployment {{deployment}} in {{environment}}, and cost {{before}} before. That is {{shareOfService}} of the service.';
