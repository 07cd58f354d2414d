/**
 * What the resolver needs of one file beyond its rows. Plain data that survives a structured clone.
 *
 * Types, patterns and expressions stand in `code`, a flat array of nodes in post-order: a node is the index of its
 * first number, 0 is "none", children are named by their index. {@link Node} lists the layouts. Names are indices
 * into `strings`. Every position is a UTF-8 byte offset.
 */
export interface RustFacts {
  version: 1;
  strings: string[];
  /** Byte offset of the start of every line, ascending. */
  lines: Int32Array;
  code: Int32Array;
  /** Scope 0 is the file's own module. */
  scopes: ScopeFact[];
  defs: DefFact[];
  uses: UseFact[];
  /** Macro invocations at item position. */
  macroCalls: MacroCallFact[];
  /** Words in the bodies of macros and in the arguments of item macros: what expansions may name. `word!` for one that is invoked. */
  macroWords: string[];
}

/** A region with its own names: the file, an inline module, a block that declares items. */
export interface ScopeFact {
  kind: 'file' | 'module' | 'block';
  /** Index of the enclosing scope, -1 for the file. */
  parent: number;
  /** Index of the item row that holds the region. */
  item: number;
  /** Index of the enclosing definition (module, function, impl), -1 at the file's root. */
  owner: number;
}

export type DefKind =
  | 'module'
  | 'function'
  | 'struct'
  | 'enum'
  | 'union'
  | 'trait'
  | 'impl'
  | 'const'
  | 'static'
  | 'type'
  | 'macro';

/** `pub` is true, inherited is false, a restricted one is its path (`crate`, `super`, `a::b`). */
export type VisibilityFact = boolean | string;

export type SelfKind = 'value' | 'ref' | 'mut' | 'typed';

export interface GenericFact {
  name: string;
  /** Nodes of the inline bounds. */
  bounds: number[];
  /** Node of the default type, 0 when absent. */
  default: number;
  isConst: boolean;
}

export interface WhereFact {
  type: number;
  bounds: number[];
}

export interface FieldFact {
  name: string;
  type: number;
  vis: VisibilityFact;
}

export interface VariantFact {
  name: string;
  pos: number;
  shape: 'unit' | 'tuple' | 'named';
  fields: FieldFact[];
}

/** Bits of `DefFact.flags`. */
export const DefFlag = {
  async: 1,
  variadic: 2,
  macroExport: 4,
  macroUse: 8,
  negative: 16,
  /** Stands inside the token tree of a macro call that reads as items. */
  inMacro: 32,
  /** Carries an attribute or derive that may add or change items. */
  attributeMacro: 64,
  /** A trait or impl whose body invokes macros, or a body of which a part could not be read. */
  opaqueBody: 128,
  /** Parameters with attributes: arity depends on the configuration. */
  cfgParams: 256,
  test: 512,
  procMacro: 1024,
  /** A data type with `cfg` in its body: its fields or variants depend on the configuration. */
  cfgFields: 2048,
} as const;

/** One definition. Optional fields are absent when they do not apply. */
export interface DefFact {
  kind: DefKind;
  name: string;
  /** Start of the identifier, or of the first token for an impl. */
  pos: number;
  /** Index of the row that holds it. */
  item: number;
  /** True when that row is this very definition and not merely the innermost row around it. */
  exact: boolean;
  scope: number;
  /** Index of the trait or impl it is a member of, -1 otherwise. */
  owner: number;
  vis: VisibilityFact;
  flags: number;
  /** `cfg` predicates; `name!` stands for those the macro of that name puts on its items. */
  cfg?: string[];
  generics?: GenericFact[];
  where?: WhereFact[];
  self?: SelfKind;
  /** Type of a `self: T` receiver. */
  selfParam?: number;
  /** Pattern and type, alternating, without the receiver. */
  params?: number[];
  ret?: number;
  body?: number;
  shape?: 'unit' | 'tuple' | 'named';
  fields?: FieldFact[];
  variants?: VariantFact[];
  /** Impl: self type. Alias, const, static, associated type: the type. */
  type?: number;
  trait?: number;
  /** Supertraits, or bounds of an associated type. */
  bounds?: number[];
  derives?: string[];
  /** Name a `#[proc_macro_derive(..)]` function gives its macro. */
  deriveMacro?: string;
  /** Macro that wraps the items it is given: the `cfg` predicates it puts on them. */
  wraps?: string[];
  /** Module: index of its scope, -1 for `mod x;`. */
  inner?: number;
  /** Module: values of `#[path]`, plain or under `cfg_attr`. */
  paths?: string[];
}

export interface UseFact {
  scope: number;
  item: number;
  /** Segments as written, `crate`, `self`, `super` included. */
  path: string[];
  /** Byte offset of each segment. */
  at: number[];
  /** Local name, `_` for an unnamed trait import, empty for a glob. */
  alias: string;
  glob: boolean;
  /** `::a::b`. */
  global: boolean;
  externCrate: boolean;
  vis: VisibilityFact;
  /** `#[macro_use] extern crate`. */
  macroUse: boolean;
  cfg?: string[];
}

export interface MacroCallFact {
  scope: number;
  item: number;
  /** Node of kind `macro`. */
  node: number;
  /** True when the argument read as items, which are then in `defs`. */
  transparent: boolean;
  owner: number;
  cfg?: string[];
}

/**
 * Node kinds and what follows `[kind, pos]`. `n` counts the entries of the list that follows, `?` marks 0 for absent.
 *
 * Symbols (`sym`) index `RustFacts.strings`.
 */
export const Node = {
  /** flags (1 = leading `::`), n, (sym, pos, args?)* */
  path: 1,
  /** type, trait?, n, (sym, pos, args?)* : `<T as Trait>::a::b` */
  qpath: 2,
  /** nTypes, nAssoc, type*, (sym, type)* */
  args: 3,
  /** n, ret?, type* : `Fn(A) -> B` */
  fnArgs: 4,
  typeRef: 10, // mut, type
  typePtr: 11, // mut, type
  typeTuple: 12, // n, type*
  typeSlice: 13, // type
  typeArray: 14, // type, length expression?
  typeFn: 15, // n, ret?, type*
  typeDyn: 16, // n, bound*
  typeImpl: 17, // n, bound*
  typeNever: 18,
  typeInfer: 19,
  typeUnknown: 20, // macro?
  patBind: 30, // sym, by reference, pattern?
  patWild: 31,
  patPath: 32, // path
  patTuple: 33, // n, index of `..` or -1, pattern*
  patTupleStruct: 34, // path, n, index of `..` or -1, pattern*
  patStruct: 35, // path, n, (sym, pos, pattern)*
  patRef: 36, // pattern
  patSlice: 37, // n, index of `..` or -1, pattern*
  patOr: 38, // n, pattern*
  patLit: 39, // expression
  patBox: 40, // pattern
  pathExpr: 50, // path
  lit: 51, // literal kind, sym of suffix?
  call: 52, // callee, n, argument*
  method: 53, // receiver, sym, pos, args?, n, argument*
  field: 54, // receiver, sym, pos
  index: 55, // base, index, pos of the bracket
  not: 56, // operand
  neg: 57, // operand
  deref: 58, // operand
  ref: 59, // mut, operand
  binary: 60, // operator class, left, right, index into OPERATOR_TEXTS, pos of the operator
  assign: 61, // left, right
  cast: 62, // operand, type
  try: 63, // operand
  await: 64, // operand, pos of the keyword
  block: 65, // scope or -1, flags (1 = async, 2 = closed to `?`), n, statement*, tail?
  if: 66, // condition, then, else?
  let: 67, // pattern, value
  match: 68, // value, n, (pattern, guard?, body)*
  loop: 69, // body
  while: 70, // condition, body
  for: 71, // pattern, iterable, body
  closure: 72, // flags (1 = async), n, ret?, body, (pattern, type?)*
  return: 73, // value?
  break: 74, // value?
  tuple: 75, // n, expression*
  array: 76, // n, expression*
  repeat: 77, // element, length
  struct: 78, // path, n, base?, (sym, pos, value?)*
  range: 79, // from?, to?, inclusive
  macro: 80, // path, mode, n, expression*
  continue: 81,
  stmtLet: 90, // pattern, type?, value?, else?
  /** sym of the predicate, inner */
  cfg: 91,
} as const;

export const LitKind = { int: 1, float: 2, str: 3, char: 4, bool: 5, byteStr: 6, byte: 7, cStr: 8 } as const;

export const BinaryOp = { arithmetic: 1, comparison: 2, logical: 3, shift: 4, assignment: 5 } as const;

/** Binary operators by the number a `binary` node holds; an assigning operator holds the number of its base. */
export const OPERATOR_TEXTS = [
  '',
  '+',
  '-',
  '*',
  '/',
  '%',
  '&',
  '|',
  '^',
  '<<',
  '>>',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  '&&',
  '||',
] as const;

/** How a macro's arguments were read. */
export const MacroMode = { opaque: 0, expressions: 1, items: 2 } as const;
