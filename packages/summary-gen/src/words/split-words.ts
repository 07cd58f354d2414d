const PART = /\p{Lu}+(?=\p{Lu}\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{M}]+\p{N}*|\p{Lu}+\p{N}*|\p{N}+/gu;
const SIMPLE = /^[a-z][a-z0-9]*$/;

/**
 * Splits an identifier at underscores, case changes and other separators: `parseHTTPRequest2_now` is
 * `parse`, `HTTP`, `Request2`, `now`.
 */
export function splitWords(identifier: string): string[] {
  if (SIMPLE.test(identifier)) return [identifier];
  return identifier.match(PART) ?? [];
}

/** The words of a `snake_case` name in lower case, without `r#`, leading underscores and the `!` of macros. */
export function splitName(name: string): string[] {
  const bare = name.startsWith('r#') ? name.slice(2) : name;
  return splitWords(bare).map((word) => word.toLowerCase());
}
