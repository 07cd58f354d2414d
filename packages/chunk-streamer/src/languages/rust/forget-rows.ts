import type { ResolvableItem, ResolvableSyntax, RustFileSyntax, RustItem } from './syntax.js';

/**
 * The syntax of a file without its rows: what resolving needs and all that is kept of a file once its rows are handed out.
 * A million rows stay in memory this way, so that rows of one class share one description.
 */
export function forgetRows({ path, items, facts, interfaceHash }: RustFileSyntax): ResolvableSyntax {
  const classes = new Map<string, ResolvableItem['chunk']>();
  return { path, items: items.map((item) => forgetRow(item, classes)), facts, interfaceHash };
}

function forgetRow(
  { key, parent, chunk }: RustItem,
  classes: Map<string, ResolvableItem['chunk']>,
): ResolvableItem {
  const { kind, tdd_classification } = chunk;
  const name = `${kind} ${tdd_classification}`;
  let shared = classes.get(name);
  if (shared === undefined) {
    shared = { kind, tdd_classification };
    classes.set(name, shared);
  }
  return { key, parent, chunk: shared };
}
