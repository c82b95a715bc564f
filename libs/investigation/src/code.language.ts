import { languageNameOf } from '@headroom/source';

/** Languages that are written alike count as one. */
export type CodeLanguage = 'javascript' | 'python' | 'go' | 'java';

/** How the code of a file is read; a file of an unknown language like JavaScript, whose comments and strings many others share. */
export function codeLanguageOf(path: string): CodeLanguage {
  const name = languageNameOf(path);
  return name === undefined || name === 'typescript' ? 'javascript' : name;
}

/** The path before the colon of a function's id. */
export function pathOfId(id: string): string {
  const colon = id.indexOf(':');
  return colon < 0 ? id : id.slice(0, colon);
}
