import { posix } from 'node:path';
import { codeLanguageOf, type CodeLanguage } from './code.language.js';
import { scanCode } from './code.text.js';
import { identifiersOf } from './code.words.js';

const IMPORT: Readonly<Record<CodeLanguage, RegExp>> = {
  javascript: /^\s*import\b/,
  python: /^\s*(?:import|from)\s+[\w.]/,
  go: /^\s*(?:import\b|(?:[\w.]+\s+)?"[^"]+"\s*$)/,
  java: /^\s*import\b/,
};

/** Whether a line imports something. */
export function isImport(line: string, language: CodeLanguage): boolean {
  return IMPORT[language].test(line);
}

/** Names that lines of imports bring in, with where from. */
export function importedNames(lines: readonly string[], language: CodeLanguage): Map<string, string> {
  const imports = lines
    .filter((line) => isImport(line, language))
    .flatMap((line) => {
      const [from, names] = SOURCE_OF[language](line);
      return [...identifiersOf(names, language)].map((name) => [name, from] as const);
    });
  return new Map(imports);
}

const SOURCE_OF: Readonly<Record<CodeLanguage, (line: string) => readonly [from: string, names: string]>> = {
  javascript: (line) => [/['"]([^'"]+)['"]\s*;?\s*$/.exec(line)?.[1] ?? '', scanCode(line).bare],
  python: (line) => {
    const [, module, names = ''] = /^\s*from\s+([\w.]+)\s+import\s+(.*)$/.exec(line) ?? [];
    if (module !== undefined) return [module, names];
    const [, from = '', alias] = /^\s*import\s+([\w.]+)(?:\s+as\s+(\w+))?/.exec(line) ?? [];
    return [from, alias ?? from];
  },
  go: (line) => {
    const [, alias, from = ''] = /(?:([\w.]+)\s+)?"([^"]+)"\s*$/.exec(line) ?? [];
    return [from, alias && alias !== 'import' ? alias : from.slice(from.lastIndexOf('/') + 1)];
  },
  java: (line) => {
    const from = /^\s*import\s+(?:static\s+)?([\w.$]+)/.exec(line)?.[1] ?? '';
    return [from, from.slice(from.lastIndexOf('.') + 1)];
  },
};

const JAVASCRIPT_PATH = /\.[cm]?[jt]sx?$/;

/** A path as imports name it: without extension; for Go the folder, which is the package. */
export function importName(path: string): string {
  if (path.endsWith('.go')) return posix.dirname(path);
  return path
    .replace(JAVASCRIPT_PATH, '')
    .replace(/\.(?:py|java)$/, '')
    .replace(/\/(?:index|__init__)$/, '');
}

/** Paths that a file whose import name is known may have; the path itself where it is one. */
export function filesOfImport(name: string, from: string): string[] {
  const language = codeLanguageOf(from);
  if (language === 'python') return name.endsWith('.py') ? [name] : [`${name}.py`, `${name}/__init__.py`];
  if (language === 'java') return name.endsWith('.java') ? [name] : [`${name}.java`];
  // A package of Go is a folder whose files only its listing tells.
  if (language === 'go') return name.endsWith('.go') ? [name] : [];
  if (JAVASCRIPT_PATH.test(name)) return [name];
  return ['.ts', '.js', '.mjs', '.tsx', '.mts', '/index.ts', '/index.js'].map((ending) => name + ending);
}

/** Names of what a file imports of its repository, as {@link importName} gives them; of those that cannot be told, all that it may be. */
export function importTargets(text: string, path: string): string[] {
  return TARGETS[codeLanguageOf(path)](text, path);
}

const TARGETS: Readonly<Record<CodeLanguage, (text: string, path: string) => string[]>> = {
  javascript: (text, path) =>
    [...text.matchAll(/(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*['"](\.[^'"]+)['"]/g)].map(([, spec]) =>
      importName(posix.normalize(posix.join(posix.dirname(path), spec!))),
    ),
  python: pythonTargets,
  go: (text) =>
    [...text.matchAll(/^\s*(?:import\s+)?(?:[\w.]+\s+)?"([^"\n]+)"\s*$/gm)].flatMap(([, spec]) => {
      // How much of the path names the module, only its go.mod tells.
      const parts = spec!.split('/');
      return parts.map((_, index) => parts.slice(index).join('/'));
    }),
  java: (text, path) => {
    const folder = posix.dirname(path);
    const own = /^\s*package\s+([\w.]+)/m.exec(text)?.[1]?.replaceAll('.', '/') ?? '';
    const root = own !== '' && folder.endsWith(own) ? folder.slice(0, folder.length - own.length) : `${folder}/`;
    return [...text.matchAll(/^\s*import\s+(?:static\s+)?([\w.$]+)/gm)].flatMap(([, name]) => {
      const target = posix.normalize(root + name!.replaceAll('.', '/'));
      // A static import names a member of the class.
      return [target, posix.dirname(target)];
    });
  },
};

function pythonTargets(text: string, path: string): string[] {
  const parts = posix.dirname(path) === '.' ? [] : posix.dirname(path).split('/');
  const folders = [...parts, ''].map((_, index) => parts.slice(0, parts.length - index).join('/'));
  const below = (folder: string, module: string): string => posix.join(folder, module.replaceAll('.', '/'));
  const imports = text.matchAll(
    /^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]+)|import[ \t]+([\w., \t]+))/gm,
  );
  return [...imports].flatMap(([, dots = '', module = '', names = '', modules = '']) => {
    const list = (listed: string): string[] =>
      listed.match(/[\w.]+(?:\s+as\s+\w+)?/g)?.map((one) => one.split(/\s/)[0]!) ?? [];
    const wanted =
      modules === ''
        ? [module, ...list(names).map((name) => (module === '' ? name : `${module}.${name}`))].filter(Boolean)
        : list(modules);
    const from = dots === '' ? folders : folders.slice(dots.length - 1, dots.length);
    return from.flatMap((folder) => wanted.map((each) => below(folder, each)));
  });
}

/** Whether all files of a folder see each other without imports. */
export function isFolderScoped(path: string): boolean {
  return path.endsWith('.go') || path.endsWith('.java');
}
