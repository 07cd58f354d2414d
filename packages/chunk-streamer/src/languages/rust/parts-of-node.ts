import type { Node } from 'web-tree-sitter';
import type { Extent, ItemParts } from './captured-item.js';

/** Reads the parts of an item from its node in the tree. */
export function partsOfNode(node: Node): ItemParts {
  switch (node.type) {
    case 'impl_item':
      return pick({
        ...fields(node, ['body', 'type', 'trait']),
        generics: node.childForFieldName('type_parameters'),
        where: node.namedChildren.find((child) => child.type === 'where_clause'),
      });
    case 'const_item':
    case 'static_item':
      return pick(fields(node, ['name', 'type', 'value']));
    case 'macro_definition':
      return { ...pick(fields(node, ['name'])), arms: readArms(node) };
    case 'macro_invocation':
      return pick({ name: node.childForFieldName('macro') });
    case 'expression_statement':
      // at the file's root a call that ends in `;` is wrapped in a statement
      return pick({ name: node.namedChild(0)?.childForFieldName('macro') });
    default:
      return pick(fields(node, ['name', 'body']));
  }
}

type Part = Exclude<keyof ItemParts, 'arms'>;
type FoundParts = Partial<Record<Part, Node | null | undefined>>;

function fields(node: Node, names: readonly Part[]): FoundParts {
  return Object.fromEntries(names.map((name) => [name, node.childForFieldName(name)]));
}

function pick(found: FoundParts): ItemParts {
  const parts: ItemParts = {};
  for (const [name, node] of Object.entries(found) as [Part, Node | null | undefined][]) {
    if (node !== null && node !== undefined) parts[name] = extentOf(node);
  }
  return parts;
}

function extentOf({ startIndex, endIndex }: Node): Extent {
  return { start: startIndex, end: endIndex };
}

function readArms(node: Node): Extent[] {
  const rules = node.namedChildren.filter((child) => child.type === 'macro_rule');
  return rules.map((rule) => {
    const left = rule.childForFieldName('left');
    return left === null ? { start: rule.startIndex, end: rule.startIndex } : extentOf(left);
  });
}
