import type { Chunk, EditRefusal } from '@parseltongue/isg-core';

/**
 * Refuses changes of existing tests that the accepted PRD and A01 do not name: a change does not choose its own judges.
 *
 * A test row may not go, and its text may not change; a container of tests may gain tests, but what stands before its body
 * (its attributes) stays. New tests are free. Undefined when nothing is wrong.
 */
export function refuseTestChanges(
  { current, future }: { current: readonly Chunk[]; future: readonly Chunk[] },
  allowedNames: ReadonlySet<string>,
): { target: string; refusal: EditRefusal } | undefined {
  const after = new Map(future.map((row) => [row.isgl1_key, row]));
  for (const row of current) {
    if (row.tdd_classification !== 'TEST_IMPLEMENTATION' || row.kind === 'file' || allowedNames.has(row.name))
      continue;
    const next = after.get(row.isgl1_key);
    if (next !== undefined && isUntouched(row, next)) continue;
    const what = next === undefined ? 'removes' : 'changes';
    return {
      target: row.isgl1_key,
      refusal: {
        code: 'unsupported',
        message: `The answer ${what} the test ${row.name}, and the PRD does not name it. Leave it as it is`,
        candidates: [],
        current_text: null,
      },
    };
  }
  return undefined;
}

function isUntouched(row: Chunk, next: Chunk): boolean {
  if (next.tdd_classification !== row.tdd_classification) return false;
  return CONTAINERS.has(row.kind) ? headOf(row) === headOf(next) : row.content_hash === next.content_hash;
}

const CONTAINERS: ReadonlySet<string> = new Set(['module', 'impl', 'trait']);

function headOf({ current_code: code }: Chunk): string {
  const body = code.indexOf('{');
  return (body === -1 ? code : code.slice(0, body)).replace(/\s+/g, ' ').trim();
}
