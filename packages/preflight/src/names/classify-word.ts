import { isExpression } from './is-expression.js';
import { isWord, openerAt, scopeAt, type TokenTree, textAt } from './token-tree.js';

/** What a word does where it stands; `unclear` whenever it might define a name. */
export type WordRole = 'use' | 'definition' | 'unclear' | 'ignored';

type Rule = (tree: TokenTree, index: number) => WordRole | null;

/** The first rule that knows an answer gives it. */
const RULES: readonly Rule[] = [
  readSurroundings,
  readImport,
  readPathSigns,
  readKeyword,
  readDeclaration,
  readGenerics,
  readCall,
  readCapital,
];

/** Tells what the word at `index` does, without knowing any name. */
export function classifyWord(tree: TokenTree, index: number): WordRole {
  for (const rule of RULES) {
    const role = rule(tree, index);
    if (role !== null) return role;
  }
  if (scopeAt(tree, index) === 'literal') return 'unclear';
  return isExpression(tree, index) ? 'use' : 'unclear';
}

function readSurroundings(tree: TokenTree, index: number): WordRole | null {
  const scope = scopeAt(tree, index);
  if (scope === 'attribute') return isAttributeHead(tree, index) ? 'use' : 'ignored';
  if (scope === 'derive') return 'use';
  if (scope !== 'opaque') return null;
  const [before, after] = [textAt(tree, index - 1), textAt(tree, index + 1)];
  // no macro makes a definition of what is called as a member of another name, nor of the head of a path
  const isMemberCall = before === '::' && after === '(';
  const isHead = after === '::' && before !== '::' && before !== '$' && !isQuoted(tree, index);
  return isMemberCall || isHead ? 'use' : 'unclear';
}

/** Macros whose arguments are code for another place, or text. */
const QUOTING = new Set(
  'quote quote_spanned parse_quote parse_quote_spanned stringify html rsx view'.split(' '),
);

/** True in the arguments of a macro that makes text, or code for another place, of them. */
export function isQuoted(tree: TokenTree, index: number): boolean {
  for (let open = openerAt(tree, index); open >= 0; open = openerAt(tree, open)) {
    if (textAt(tree, open - 1) === '!' && QUOTING.has(textAt(tree, open - 2))) return true;
  }
  return false;
}

/** Attributes the compiler or its tools know without any library. */
const ATTRIBUTES = new Set(
  (
    'allow automatically_derived bench cfg cfg_accessible cfg_attr cfg_eval clippy cold collapse_debuginfo const_trait coroutine coverage ' +
    'crate_name crate_type debugger_visualizer deny deprecated derive derive_const diagnostic do_not_recommend doc expect export_name ' +
    'feature ffi_const ffi_pure forbid fundamental global_allocator ignore inline instruction_set lang link link_name link_ordinal ' +
    'link_section linkage macro_export macro_use marker may_dangle miri must_not_suspend must_use naked needs_allocator no_builtins ' +
    'no_core no_implicit_prelude no_link no_main no_mangle no_std non_exhaustive optimize panic_handler path pointee prelude_import ' +
    'proc_macro proc_macro_attribute proc_macro_derive recursion_limit register_tool repr rust_analyzer rustfmt sanitize should_panic ' +
    'stable start target_feature test test_case test_runner thread_local track_caller type_const type_length_limit unsafe unstable used warn ' +
    'windows_subsystem'
  ).split(' '),
);

/** The first word of a plain attribute that only a library could define. */
function isAttributeHead(tree: TokenTree, index: number): boolean {
  const open = openerAt(tree, index);
  if (open !== index - 1 || textAt(tree, open) !== '[' || !/^[[(\]=]$/.test(textAt(tree, index + 1)))
    return false;
  const name = textAt(tree, index);
  return !ATTRIBUTES.has(name) && !name.startsWith('rustc_');
}

function readImport(tree: TokenTree, index: number): WordRole | null {
  if (scopeAt(tree, index) !== 'import' && !isInImport(tree, index)) return null;
  return textAt(tree, index - 1) === 'as' ? 'definition' : 'use';
}

function isInImport(tree: TokenTree, index: number): boolean {
  const level = openerAt(tree, index);
  for (let at = index - 1; at > level; at -= 1) {
    const text = textAt(tree, at);
    if (text === 'use') return true;
    if (text !== '::' && !isWord(tree.tokens[at])) return false;
  }
  return false;
}

function readPathSigns(tree: TokenTree, index: number): WordRole | null {
  const before = textAt(tree, index - 1);
  if (before === '!' && textAt(tree, index - 2) === 'macro_rules') return 'definition';
  const after = textAt(tree, index + 1);
  return before === '.' || before === '::' || after === '::' || after === '!' ? 'use' : null;
}

/** Words behind which a name is defined. */
export const DEFINING: ReadonlySet<string> = new Set(
  'fn struct enum union trait type mod const static crate ref let'.split(' '),
);
const USING = new Set(['impl', 'dyn', '->']);

function readKeyword(tree: TokenTree, index: number): WordRole | null {
  const before = textAt(tree, index - 1);
  if (before === 'fn' && isInTraitImpl(tree, index)) return 'use';
  if (DEFINING.has(before)) return 'definition';
  if (USING.has(before)) return 'use';
  if (before === 'mut') return textAt(tree, index - 2) === '&' ? 'use' : 'definition';
  if (before === 'for') return textAt(tree, index + 1) === 'in' ? 'definition' : 'use';
  return null;
}

const ITEM_ENDS = new Set([';', '}', '{']);

/** True in the braces of `impl Trait for Type`, whose functions are those of the trait. */
function isInTraitImpl(tree: TokenTree, index: number): boolean {
  const open = openerAt(tree, index);
  if (open < 0 || textAt(tree, open) !== '{') return false;
  const level = openerAt(tree, open);
  let hasFor = false;
  for (let at = open - 1; at > level; at -= 1) {
    if (openerAt(tree, at) !== level) continue;
    const text = textAt(tree, at);
    if (text === 'impl') return hasFor;
    if (ITEM_ENDS.has(text)) return false;
    hasFor ||= text === 'for' && textAt(tree, at + 1) !== '<';
  }
  return false;
}

const VARIANT_NEIGHBOURS = new Set(['{', ',', ']']);
const PATTERN_SIGNS = new Set(['|', '@']);

function readDeclaration(tree: TokenTree, index: number): WordRole | null {
  const [before, after] = [textAt(tree, index - 1), textAt(tree, index + 1)];
  const scope = scopeAt(tree, index);
  if (scope === 'enum' && VARIANT_NEIGHBOURS.has(before)) return 'definition';
  if (after === ':') return scope === 'literal' ? 'use' : 'definition';
  return before === '|' || PATTERN_SIGNS.has(after) ? 'unclear' : null;
}

const GENERIC_HEADS = new Set(['fn', 'struct', 'enum', 'union', 'trait', 'type']);

/** `impl<T`, `fn name<T`, and everything in doubt behind a comma. */
function readGenerics(tree: TokenTree, index: number): WordRole | null {
  const before = textAt(tree, index - 1);
  const after = textAt(tree, index + 1);
  if (before === ',' && (after === '>' || after === '=')) return 'unclear';
  if (before !== '<') return null;
  const head = textAt(tree, index - 2);
  return head === 'impl' || head === 'for' || GENERIC_HEADS.has(textAt(tree, index - 3)) ? 'unclear' : null;
}

function readCall(tree: TokenTree, index: number): WordRole | null {
  if (textAt(tree, index + 1) !== '(') return null;
  return textAt(tree, index - 1) === '>' ? 'unclear' : 'use';
}

/** Names in capitals bind nothing in a pattern. */
function readCapital(tree: TokenTree, index: number): WordRole | null {
  if (!/^\p{Lu}/u.test(textAt(tree, index))) return null;
  return scopeAt(tree, index) === 'enum' ? 'unclear' : 'use';
}
