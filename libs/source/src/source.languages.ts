import { extname } from 'node:path/posix';
import { Lang, registerDynamicLanguage } from '@ast-grep/napi';
import go from '@ast-grep/lang-go';
import java from '@ast-grep/lang-java';
import python from '@ast-grep/lang-python';

/** A language whose code is understood. */
export type LanguageName = 'typescript' | 'javascript' | 'python' | 'go' | 'java';

interface Grammar {
  readonly name: LanguageName;
  /** Name of the grammar, as the parser knows it. */
  readonly parser: string;
}

const GRAMMARS: Readonly<Record<string, Grammar>> = {
  '.ts': { name: 'typescript', parser: Lang.TypeScript },
  '.mts': { name: 'typescript', parser: Lang.TypeScript },
  '.cts': { name: 'typescript', parser: Lang.TypeScript },
  '.tsx': { name: 'typescript', parser: Lang.Tsx },
  '.js': { name: 'javascript', parser: Lang.JavaScript },
  '.mjs': { name: 'javascript', parser: Lang.JavaScript },
  '.cjs': { name: 'javascript', parser: Lang.JavaScript },
  '.jsx': { name: 'javascript', parser: Lang.JavaScript },
  '.py': { name: 'python', parser: 'python' },
  '.go': { name: 'go', parser: 'go' },
  '.java': { name: 'java', parser: 'java' },
};

/** Extensions of the files whose code is understood. */
export const SOURCE_EXTENSIONS: readonly string[] = Object.keys(GRAMMARS);

let registered = false;

/** The parser takes languages once per process, all at the same time. */
function registerLanguages(): void {
  if (registered) return;
  registerDynamicLanguage({ python, go, java });
  registered = true;
}

/** The grammar of a file by its extension; undefined for a file whose code is not understood. */
export function grammarOf(path: string): string | undefined {
  const parser = GRAMMARS[extname(path)]?.parser;
  if (parser !== undefined) registerLanguages();
  return parser;
}

/** The language of a file by its extension; undefined for a file whose code is not understood. */
export function languageNameOf(path: string): LanguageName | undefined {
  return GRAMMARS[extname(path)]?.name;
}

/** Whether the symbols of this file can be listed, judged by its extension. */
export function isSourcePath(path: string): boolean {
  return languageNameOf(path) !== undefined;
}

/** Whether a file is JavaScript or TypeScript. */
export function isJavaScriptPath(path: string): boolean {
  const name = languageNameOf(path);
  return name === 'typescript' || name === 'javascript';
}
