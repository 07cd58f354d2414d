import type { SyntaxDiagnostic } from '@parseltongue/isg-core';
import type { Node } from 'web-tree-sitter';
import { createByteIndex } from './byte-index.js';

const MAX_EXCERPT_UNITS = 40;

/** The regions the parser could not read, outermost only, in byte order. Their text stays in its row. */
export function collectDiagnostics(root: Node, path: string, text: string): SyntaxDiagnostic[] {
  if (!root.hasError) return [];
  const toByte = createByteIndex(text);
  return findBroken(root).map((node) => {
    const { startIndex, endIndex } = node;
    const excerpt =
      text.slice(startIndex, endIndex).split('\n', 1)[0]?.trim().slice(0, MAX_EXCERPT_UNITS) ?? '';
    return {
      path,
      span: { start: toByte(startIndex), end: toByte(endIndex) },
      line: node.startPosition.row + 1,
      severity: 'error',
      message: node.isMissing
        ? `Expected ${node.type} here`
        : excerpt === ''
          ? 'Cannot parse here'
          : `Cannot parse "${excerpt}"`,
    };
  });
}

function findBroken(root: Node): Node[] {
  const broken: Node[] = [];
  const stack: Node[] = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.isError || node.isMissing) broken.push(node);
    else if (node.hasError) stack.push(...node.children.reverse());
  }
  return broken;
}
