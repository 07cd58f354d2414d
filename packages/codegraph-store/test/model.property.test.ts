import { diffRows, type Edge, type FutureRow, type RowKey } from '@parseltongue/isg-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CodeGraphStore, openStore } from '../src/index.js';
import {
  containment,
  type FixtureFile,
  makeDirectory,
  makeEdge,
  makeFile,
  makeRecords,
} from './graph-fixture.js';
import { toChunk } from './store-contract.js';

const SEED = 20_260_101;
const LENGTH = 60;
/** Each run is a sequence of {@link LENGTH} operations; 167 of them are 10,020. */
const RUNS = Number(process.env.PARSELTONGUE_MODEL_RUNS ?? 6);
const PATHS = ['src/a.rs', 'src/b.rs', 'src/c-d.rs'];
const PLANS = ['p', 'q'];
const NAMES = ['alpha', 'beta', 'gamma', 'delta'];

/** The graph as plain values: what the store must never differ from. */
interface Model {
  files: Map<string, FixtureFile>;
  edges: Map<string, Edge>;
  plans: Map<string, { path: string; future: FixtureFile; changes: FutureRow[] }>;
}

type Operation =
  | {
      type: 'ingest';
      path: string;
      names: string[];
      version: number;
      calls: [number, number, Edge['resolution']][];
    }
  | { type: 'remove'; path: string }
  | { type: 'propose'; plan: string; path: string; names: string[]; version: number }
  | { type: 'discard' | 'promote'; plan: string }
  | { type: 'reopen' };

const path = fc.constantFrom(...PATHS);
const plan = fc.constantFrom(...PLANS);
const names = fc.subarray(NAMES, { minLength: 0 });
const version = fc.integer({ min: 0, max: 3 });
const tier = fc.constantFrom<Edge['resolution']>('exact', 'typed', 'name');
const calls = fc.array(fc.tuple(fc.nat(20), fc.nat(20), tier), { maxLength: 6 });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('ingest' as const), path, names, version, calls }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('remove' as const), path }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('propose' as const), plan, path, names, version }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constantFrom('discard' as const, 'promote' as const), plan }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'reopen' as const }) },
);

describe('a store beside a plain model', () => {
  it('answers like the model after any sequence of writes', { timeout: 100_000 * RUNS }, async () => {
    const sequences = fc.sample(fc.array(operation, { minLength: LENGTH, maxLength: LENGTH }), {
      numRuns: RUNS,
      seed: SEED,
    });
    for (const sequence of sequences) await checkSequence(sequence);
  });
});

async function checkSequence(sequence: readonly Operation[]): Promise<void> {
  using directory = makeDirectory();
  const model: Model = { files: new Map(), edges: new Map(), plans: new Map() };
  let store = await openStore({ dir: directory.path });
  try {
    for (const [step, next] of sequence.entries()) {
      if (next.type === 'reopen') {
        await store[Symbol.asyncDispose]();
        store = await openStore({ dir: directory.path });
      } else await apply(store, model, next);
      await compare(store, model, `step ${step}: ${JSON.stringify(next)}`);
    }
  } finally {
    await store[Symbol.asyncDispose]();
  }
}

async function apply(
  store: CodeGraphStore,
  model: Model,
  next: Exclude<Operation, { type: 'reopen' }>,
): Promise<void> {
  if (next.type === 'ingest') return ingest(store, model, next);
  if (next.type === 'remove') {
    await store.ingest([{ type: 'removed', path: next.path }]);
    await dropPlansOf(store, model, next.path);
    replaceFile(model, next.path, undefined);
    return;
  }
  if (next.type === 'propose') return propose(store, model, next);
  if (next.type === 'discard') {
    await store.discard(next.plan);
    model.plans.delete(next.plan);
    return;
  }
  return promote(store, model, next.plan);
}

async function ingest(
  store: CodeGraphStore,
  model: Model,
  next: Extract<Operation, { type: 'ingest' }>,
): Promise<void> {
  const file = fileOf(next);
  await dropPlansOf(store, model, next.path);
  const after = new Map(model.files).set(next.path, file);
  const keys = [...after.values()].flatMap((known) => known.chunks.map((chunk) => chunk.isgl1_key));
  const own = file.chunks.map((chunk) => chunk.isgl1_key);
  const edges = next.calls.map(([from, to, resolution]) =>
    makeEdge(own[from % own.length] as RowKey, keys[to % keys.length] as RowKey, { resolution }),
  );
  await store.ingest(makeRecords([file], edges));
  replaceFile(model, next.path, file);
  for (const edge of [...containment(file), ...edges]) addEdge(model, edge);
}

async function propose(
  store: CodeGraphStore,
  model: Model,
  next: Extract<Operation, { type: 'propose' }>,
): Promise<void> {
  const future = fileOf(next);
  const changes = diffRows(model.files.get(next.path)?.chunks ?? [], future.chunks);
  await store.propose(next.plan, changes);
  model.plans.set(next.plan, { path: next.path, future, changes });
}

async function promote(store: CodeGraphStore, model: Model, name: string): Promise<void> {
  const planned = model.plans.get(name);
  if (planned === undefined) {
    await expect(store.promote(name)).rejects.toMatchObject({ code: 'PT_STORE_PLAN_UNKNOWN' });
    return;
  }
  model.plans.delete(name);
  await dropPlansOf(store, model, planned.path);
  await store.promote(name);
  const edges = edgesUnder(model, planned);
  if (planned.changes.length > 0) model.files.set(planned.path, planned.future);
  model.edges = new Map(edges.map((edge) => [idOf(edge), edge]));
}

/** What a plan does to the edges: ends that go take theirs along, the rest of the file is only ours and has no sites. */
function edgesUnder(
  model: Model,
  planned: { path: string; future: FixtureFile; changes: FutureRow[] },
): Edge[] {
  if (planned.changes.length === 0) return [...model.edges.values()];
  const before = new Set((model.files.get(planned.path)?.chunks ?? []).map((chunk) => chunk.isgl1_key));
  const after = new Set(planned.future.chunks.map((chunk) => chunk.isgl1_key));
  const isGone = (key: RowKey) => before.has(key) && !after.has(key);
  const kept = [...model.edges.values()].filter((edge) => !isGone(edge.from) && !isGone(edge.to));
  const demoted = kept.map((edge) => {
    if (!after.has(edge.from) || edge.kind === 'contains') return edge;
    return {
      ...edge,
      resolution: edge.resolution === 'exact' ? ('typed' as const) : edge.resolution,
      sites: [],
    };
  });
  return [...demoted, ...containment(planned.future).filter((edge) => !before.has(edge.to))];
}

async function dropPlansOf(store: CodeGraphStore, model: Model, file: string): Promise<void> {
  for (const [name, planned] of model.plans) {
    if (planned.path !== file) continue;
    await store.discard(name);
    model.plans.delete(name);
  }
}

function replaceFile(model: Model, file: string, next: FixtureFile | undefined): void {
  const before = (model.files.get(file)?.chunks ?? []).map((chunk) => chunk.isgl1_key);
  const after = new Set(next?.chunks.map((chunk) => chunk.isgl1_key));
  for (const [id, edge] of model.edges) {
    const isStale = before.includes(edge.from) || (before.includes(edge.to) && !after.has(edge.to));
    if (isStale) model.edges.delete(id);
  }
  if (next === undefined) model.files.delete(file);
  else model.files.set(file, next);
}

function addEdge(model: Model, edge: Edge): void {
  const order = ['exact', 'typed', 'name'];
  const known = model.edges.get(idOf(edge));
  if (known === undefined) model.edges.set(idOf(edge), edge);
  else {
    const better = order.indexOf(edge.resolution) < order.indexOf(known.resolution) ? edge : known;
    model.edges.set(idOf(edge), { ...better, sites: [...known.sites, ...edge.sites] });
  }
}

async function compare(store: CodeGraphStore, model: Model, step: string): Promise<void> {
  await compareGraph(store, { ...model, at: 'current' }, step);
  expect(await store.plans(), step).toEqual([...model.plans.keys()].sort());
  for (const [name, planned] of model.plans) {
    expect(await store.futureRows(name), step).toEqual(planned.changes);
    const files = new Map(model.files);
    if (planned.changes.length > 0) files.set(planned.path, planned.future);
    const edges = new Map(edgesUnder(model, planned).map((edge) => [idOf(edge), edge]));
    await compareGraph(store, { files, edges, at: { plan: name } }, `${step} at ${name}`);
  }
}

async function compareGraph(
  store: CodeGraphStore,
  graph: Pick<Model, 'files' | 'edges'> & { at: 'current' | { plan: string } },
  step: string,
): Promise<void> {
  const { at } = graph;
  for (const file of PATHS) {
    expect((await store.rowsOfFile(file, { at })).map(toChunk), step).toEqual(
      graph.files.get(file)?.chunks ?? [],
    );
  }
  const keys = [...graph.files.values()]
    .flatMap((file) => file.chunks.map((chunk) => chunk.isgl1_key))
    .sort();
  const found = await store.findRows({}, { limit: 1000 }, { at });
  expect(
    found.rows.map((row) => row.isgl1_key),
    step,
  ).toEqual(keys);
  expect(
    (await store.files({ at })).map((file) => file.hash),
    step,
  ).toEqual(
    [...graph.files.values()]
      .sort((a, b) => (a.facts.path < b.facts.path ? -1 : 1))
      .map((file) => file.facts.hash),
  );
  const tiers = ['exact', 'typed', 'name'] as const;
  const expected = [...graph.edges.values()].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
  expect(await store.edgesFrom(keys, { at, tiers }), step).toEqual(expected);
  expect(await store.edgesTo(keys, { at, tiers }), step).toEqual(expected);
}

function fileOf(next: { path: string; names: string[]; version: number }): FixtureFile {
  const items = next.names.map((name, i) => ({
    name,
    code: `fn ${name}() { /* é${i === 0 ? next.version : 0} */ }`,
  }));
  return makeFile(next.path, [
    ...items,
    { name: 'Owner', code: 'impl Owner ', members: items.slice(0, next.version) },
  ]);
}

function idOf(edge: Edge): string {
  return [edge.from, edge.kind, edge.to].join('\u0000');
}
