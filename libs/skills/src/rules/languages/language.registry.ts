import { extname } from 'node:path/posix';
import type { RuleLanguage } from '../rule.file.js';
import { javascriptSyntax } from './javascript.js';
import type { LanguageSyntax } from './language.syntax.js';

const SYNTAX: Readonly<Partial<Record<RuleLanguage, LanguageSyntax>>> = { TypeScript: javascriptSyntax };

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

/** What rewrites must know of a language; undefined for one whose rules only find. */
export function syntaxOf(language: RuleLanguage): LanguageSyntax | undefined {
  return SYNTAX[language];
}
