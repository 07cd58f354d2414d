import type { EdgeKind } from '@parseltongue/isg-core';

/** What the descriptor at the end of a symbol stands for. */
export type SymbolClass = 'function' | 'type' | 'value' | 'macro' | 'local' | 'other';

/** Reads the class from the suffix, as the grammar of SCIP symbols sets it. */
export function classOfSymbol(symbol: string): SymbolClass {
  if (isLocalSymbol(symbol)) return 'local';
  if (symbol.endsWith(').')) return 'function';
  switch (symbol[symbol.length - 1]) {
    case '#':
      return 'type';
    case '.':
      return 'value';
    case '!':
      return 'macro';
    default:
      return 'other';
  }
}

/** True for a symbol that only its own document knows. */
export function isLocalSymbol(symbol: string): boolean {
  return symbol.startsWith('local ');
}

/** Scheme, manager, package and version; empty for a local symbol. A space inside a part is doubled. */
export function packageOfSymbol(symbol: string): string {
  return isLocalSymbol(symbol) ? '' : (/^(?:(?:[^ ]| {2})* ){4}/.exec(symbol)?.[0] ?? '');
}

/** True for symbols of the standard library's crates. */
export function isStandardSymbol(symbol: string): boolean {
  return /^rust-analyzer cargo (?:core|alloc|std) /.test(symbol);
}

/** The edge a reference makes where syntax tells nothing more. */
export function edgeKindOf(symbol: string): EdgeKind | undefined {
  switch (classOfSymbol(symbol)) {
    case 'function':
      return 'calls';
    case 'type':
    case 'value':
      return 'uses_type';
    case 'macro':
      return 'uses_macro';
    default:
      return undefined;
  }
}
