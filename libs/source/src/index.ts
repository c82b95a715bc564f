export { formatFunctionId, parseFunctionId, type FunctionId, type FunctionIdParts } from './function-id.js';
export { isJavaScriptPath, isSourcePath, languageNameOf, type LanguageName } from './source.languages.js';
export { isWhole, parseSource, parsesWhole, rangeOf, type SourcePosition, type SourceRange } from './source.syntax.js';
export { findSymbol, listSymbols, MODULE_SYMBOL, symbolAt, symbolText, type SourceSymbol } from './symbol.list.js';
export { SymbolIndex } from './symbol.index.js';
export type { SymbolKind } from './symbol.walk.js';
export { suggestNames, suggestSymbols } from './symbol.suggestions.js';
export { callsIn, callsWithin, type CallSite } from './call.sites.js';
