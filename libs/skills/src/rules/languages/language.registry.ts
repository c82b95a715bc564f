import { extname } from 'node:path/posix';
import type { RuleLanguage } from '../rule.file.js';
import { goSyntax } from './go.js';
import { javaSyntax } from './java.js';
import { javascriptSyntax } from './javascript.js';
import { pythonSyntax } from './python.js';
import type { LanguageSyntax } from './language.syntax.js';

const SYNTAX: Readonly<Record<RuleLanguage, LanguageSyntax>> = {
  TypeScript: javascriptSyntax,
  Python: pythonSyntax,
  Go: goSyntax,
  Java: javaSyntax,
};

const EXTENSIONS: Readonly<Record<string, RuleLanguage>> = {
  ...Object.fromEntries(
    ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx'].map((extension) => [
      extension,
      'TypeScript' as const,
    ]),
  ),
  '.py': 'Python',
  '.go': 'Go',
  '.java': 'Java',
};

/** The language that rules for a file are written in; undefined for other files. */
export function ruleLanguageOf(path: string): RuleLanguage | undefined {
  return EXTENSIONS[extname(path)];
}

/** What guards and rewrites know of a language. */
export function syntaxOf(language: RuleLanguage): LanguageSyntax {
  return SYNTAX[language];
}
