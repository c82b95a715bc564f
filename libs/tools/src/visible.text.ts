/** Control characters that would act on whoever prints a text; line breaks and tabs stay. */
export function visibleText(text: string): string {
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
