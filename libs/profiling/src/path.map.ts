import { HeadroomError } from '@headroom/contracts';

/**
 * Where the files of a running process lie in the repository: absolute prefix (a directory or file of the container, or a URL)
 * → repository-relative prefix, `''` for the repository's root. The longest matching prefix wins; prefixes end at a `/`.
 * @example { '/app': 'services/shop', '/app/packages': 'packages' }
 */
export type PathMap = Readonly<Record<string, string>>;

/** Turns locations that an engine reports into repository-relative paths. */
export interface PathMapper {
  /** Repository-relative path of an absolute location; undefined where no prefix covers it. */
  toRepository(location: string): string | undefined;
}

/** Checks a path map. Throws `HEADROOM_PATH_MAP_INVALID` for a target that leaves the repository. */
export function createPathMapper(pathMap: PathMap): PathMapper {
  const entries = Object.entries(pathMap).map(([from, to]) => ({
    from: locationOf(from).replace(/\/+$/, ''),
    to: targetOf(from, to),
  }));
  entries.sort((a, b) => b.from.length - a.from.length);
  return {
    toRepository(location) {
      const entry = entries.find(
        ({ from }) => location !== '' && (location === from || location.startsWith(`${from}/`)),
      );
      if (!entry) return undefined;
      const rest = location.slice(entry.from.length).replace(/^\/+/, '');
      const path = [entry.to, rest].filter((part) => part !== '').join('/');
      return path === '' || path.split('/').includes('..')
        ? undefined
        : path.replace(/(^|\/)\.(?=\/)/g, '').replace(/^\//, '');
    },
  };
}

function targetOf(from: string, to: string): string {
  const target = to.replace(/^\.?(\/|$)/, '').replace(/\/+$/, '');
  if (to.startsWith('/') || target.split('/').includes('..')) {
    throw new HeadroomError(
      `The path map sends "${from}" to "${to}": the target must be relative to the repository, '' for its root.`,
      { code: 'HEADROOM_PATH_MAP_INVALID', details: { from, to } },
    );
  }
  return target;
}

/** A URL or path of an engine as a plain location: `file:` URLs become paths, `\` becomes `/`. */
export function locationOf(url: string): string {
  if (!url.startsWith('file://')) return /^[A-Za-z]:\\/.test(url) ? url.replaceAll('\\', '/') : url;
  const path = url.slice('file://'.length).replace(/[?#].*$/, '');
  const decoded = safelyDecoded(path);
  return /^\/[A-Za-z]:\//.test(decoded) ? decoded.slice(1) : decoded;
}

// Engines pass file names through as they are: a lone percent sign is a name, not an error.
function safelyDecoded(path: string): string {
  return /%(?![0-9A-Fa-f]{2})/.test(path) ? path : decodeOr(path);
}

function decodeOr(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
