import type { IndexRecord } from '@parseltongue/isg-core';
import { type FixtureFile, keyOf, makeEdge, makeFile, makeRecords } from '../graph-fixture.js';

/** What the graph holds after a number of acknowledged steps: the version of each file's text, and the open plan. */
export interface ExpectedGraph {
  versions: Record<string, number>;
  planned: number | null;
}

const PERIOD = 5;

export function expectAfter(steps: number): ExpectedGraph {
  const graph: ExpectedGraph = { versions: {}, planned: null };
  for (let step = 0; step < steps; step += 1) {
    if (step % PERIOD === 0) graph.versions['src/a.rs'] = step;
    if (step % PERIOD === 1) graph.versions[`src/b${(step % 15) - 1}.rs`] = step;
    if (step % PERIOD === 2) graph.planned = step;
    if (step % PERIOD === 3) {
      graph.versions['src/a.rs'] = graph.planned ?? -1;
      graph.planned = null;
    }
    if (step % PERIOD === 4) graph.versions['src/big.rs'] = step;
  }
  return graph;
}

export function fileOf(path: string, version: number): FixtureFile {
  const padding = path === 'src/big.rs' ? `// ${'x'.repeat(400_000)}` : '// small';
  const items = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].slice(0, path === 'src/big.rs' ? 12 : 2);
  return makeFile(
    path,
    items.map((i) => ({ name: `item${i}`, code: `fn item${i}() { ${version} } ${padding}` })),
  );
}

export function recordsOf(path: string, version: number): IndexRecord[] {
  return makeRecords([fileOf(path, version)], [makeEdge(keyOf(path, 'item0'), keyOf(path, 'item1'))]);
}
