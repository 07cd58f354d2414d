import { dropAttributes, maskSource } from './mask-source.js';

const CALL = /(\bfn\s+)?(?<![\w\u0080-\uffff#])([a-z_][\w\u0080-\uffff]*)(?:::<[^()]*>)?\s*(?=\()/g;
const KEYWORDS = new Set(
  'if else match while for loop return in as let mut ref move fn where impl dyn box await break unsafe async yield crate super self'.split(
    ' ',
  ),
);
// Calls of the standard library that say nothing about what a function is for.
const COMMON = new Set(
  (
    'unwrap expect clone iter iter_mut into_iter map filter collect into from ok err some none as_ref as_mut to_string to_owned len ' +
    'push get get_mut new default is_some is_none is_ok is_err is_empty unwrap_or unwrap_or_else unwrap_or_default map_err and_then or_else ok_or ' +
    'ok_or_else as_str as_bytes to_vec borrow borrow_mut deref next take cloned copied enumerate zip rev drop fmt write_str into_inner min max ' +
    'debug_struct debug_tuple debug_list debug_map debug_set finish_non_exhaustive field finish black_box ' +
    'cfg not as_deref try_into try_from into_boxed_slice format_args add sub mul offset read write with_capacity extend any all fold find then eq'
  ).split(' '),
);
const LONGEST_BODY = 6000;

/** Names of the functions and methods the code calls, in order, each once, without those everyone calls. */
export function readCalls(code: string, ownName: string): string[] {
  const names = new Set<string>();
  const masked = dropAttributes(maskSource(code.slice(0, LONGEST_BODY)));
  // Behind the header, where parentheses are no calls.
  const body = masked.slice(Math.max(masked.search(/[{=]/), 0));
  for (const match of body.matchAll(CALL)) {
    const name = match[2] ?? '';
    if (match[1] === undefined && name !== ownName && isTelling(name)) names.add(name);
  }
  return [...names];
}

/** True for a call that says something about its caller. */
export function isTelling(name: string): boolean {
  return name.length > 2 && !KEYWORDS.has(name) && !COMMON.has(name);
}
