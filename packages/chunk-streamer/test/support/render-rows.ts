import type { Chunk, FileChunks } from '@parseltongue/isg-core';

/** One paragraph a row, in the order of the file: what reviewers read in the golden files. */
export function renderChunks({ rows, diagnostics }: FileChunks): string {
  const lines = rows.map(renderRow);
  const broken = diagnostics.map((found) => `! ${found.path}:${found.line} ${found.message}\n`);
  return [...lines, ...broken].join('\n');
}

function renderRow(row: Chunk): string {
  const facts = [
    `${row.kind} ${row.name}`,
    row.visibility,
    `line ${row.line}`,
    `span ${row.span.start}..${row.span.end}`,
    `at ${row.parent_offset} of ${row.parent_key ?? 'nothing'}`,
  ];
  const optional = [
    `  ${row.tdd_classification === 'TEST_IMPLEMENTATION' ? 'TEST' : 'CODE'} because of ${row.tdd_reason}`,
    `  in ${row.crate ?? 'no crate'} ${row.module_path ?? 'no module'}`,
    ...(row.cfg === null ? [] : [`  cfg ${row.cfg}`]),
    ...(row.interface_signature === '' ? [] : [`  sig ${row.interface_signature}`]),
    ...(row.doc === '' ? [] : [`  doc ${JSON.stringify(row.doc)}`]),
  ];
  return `${row.isgl1_key}\n  ${facts.join(', ')}\n${optional.join('\n')}\n`;
}
