import { type Change, RELATIONS, type RelationName, type Tuple } from '../schema/relations.js';

export const IMPORT_TUPLES = 5000;

/** The document `import_relations` takes to put tuples into one relation. */
function encodePuts(relation: RelationName, tuples: readonly Tuple[]): string {
  return JSON.stringify({ [relation]: { headers: RELATIONS[relation].columns, rows: tuples } });
}

/** The documents that apply the changes, removals first; each is one transaction of the engine. */
export function* encodeChanges(changes: readonly Change[]): Generator<string> {
  for (const { relation, removes } of changes) {
    const { columns, keyCount } = RELATIONS[relation];
    const headers = columns.slice(0, keyCount);
    for (const part of splitTuples(removes))
      yield JSON.stringify({ [`-${relation}`]: { headers, rows: part } });
  }
  for (const { relation, puts } of changes) {
    for (const part of splitTuples(puts)) yield encodePuts(relation, part);
  }
}

function* splitTuples(tuples: readonly Tuple[]): Generator<readonly Tuple[]> {
  for (let at = 0; at < tuples.length; at += IMPORT_TUPLES) yield tuples.slice(at, at + IMPORT_TUPLES);
}
