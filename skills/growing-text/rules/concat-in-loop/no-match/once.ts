export function once(name: string): string {
  let text: string = 'a';
  text += `${name};`;
  return text;
}
