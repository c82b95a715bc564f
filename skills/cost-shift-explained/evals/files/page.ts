/** One entry of the list. */
function entry(item: string): string {
  return `<li>${item.replaceAll('<', '&lt;')}</li>`;
}

export function page(items: readonly string[]): string {
  let html = '';
  for (const item of items) html += entry(item);
  return html;
}
