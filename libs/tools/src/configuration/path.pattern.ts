/** Whether a path of a repository matches a pattern: `*` within a folder, `**` across folders, names with a dot first included. */
export function matchesPattern(path: string, pattern: string): boolean {
  const source = pattern
    .split('/')
    .map((part, index, parts) => {
      if (part === '**') return index === parts.length - 1 ? '.*' : '(?:[^/]+/)*';
      const escaped = part
        .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll(/\*+/g, '[^/]*')
        .replaceAll('?', '[^/]');
      return index === parts.length - 1 ? escaped : `${escaped}/`;
    })
    .join('');
  return new RegExp(`^${source}$`).test(path);
}
