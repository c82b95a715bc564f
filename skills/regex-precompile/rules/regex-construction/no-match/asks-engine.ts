export function afterColon(text: string): string {
  try {
    return text.replace(new RegExp('(?<=:).*'), '');
  } catch {
    return text.slice(0, text.indexOf(':') + 1);
  }
}
