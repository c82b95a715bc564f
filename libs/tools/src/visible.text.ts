/** What acts on whoever prints it: other control characters than tabs and line breaks, and marks that turn the direction of a text. */
const ACTING = /(?![\t\n])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;

/** Text in which each character that would act on whoever prints it is shown as a sign. */
export function visibleText(text: string): string {
  return text.replaceAll(ACTING, '\ufffd');
}
