import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Chunk,
  type Chunker,
  type CompilerDiagnostic,
  canonicalJson,
  createRow,
  decideVerdict,
  type FileChange,
  type FutureRow,
  fileKey,
  formatKey,
  type GateId,
  type GateReceipt,
  type GateReport,
  overlayRows,
  type Proposal,
  type Row,
  type RowKey,
  type RunEvent,
  type TreeHash,
  type Verdict,
} from '@parseltongue/isg-core';
import { type ChangePorts, type Diagnosis, openRunLog, type Reasoner } from '../../src/index.js';

export type Tree = ReadonlyMap<string, string>;

export type Judgement = Verdict | CompilerDiagnostic[] | { failingTests: number };

/** How the scripted compiler and gates see a tree. */
export interface WorldScript {
  files: Record<string, string>;
  diagnose?: (tree: Tree, options: { clippy?: boolean }) => Partial<Diagnosis>;
  /** Verdict of T3, a full diagnostic list that makes it fail, or how many tests fail in T4. */
  judge?: (tree: Tree) => Judgement;
  apply?: (
    tree: Map<string, string>,
    proposal: Proposal,
  ) => { status: 'applied' | 'rolled_back'; reason: string | null };
  reasoner?: Reasoner;
}

/** A repository, its graph, its gates and its git, all in memory; only the run log is on disk. */
export function createFakeWorld(script: WorldScript) {
  const tree = new Map(Object.entries(script.files));
  const rows = new Map<string, Row[]>();
  const plans = new Map<string, FutureRow[]>();
  const counts = { diagnose: 0, verify: 0, apply: 0, commit: 0, promote: 0, discard: 0 };
  const commits: { message: string; runId: string }[] = [];
  const dir = mkdtempSync(join(tmpdir(), 'sorcerer-'));
  for (const [path, text] of tree) rows.set(path, cutFile(path, text).map(createRow));
  let time = Date.parse('2026-01-01T00:00:00Z');

  const ports: ChangePorts = {
    graph: {
      getRow: (key) => Promise.resolve([...rows.values()].flat().find((row) => row.isgl1_key === key)),
      rowsOfFile: (path) => Promise.resolve(rows.get(path) ?? []),
      findRows: () => {
        const all = [...rows.values()].flat();
        return Promise.resolve({ rows: all, total: all.length });
      },
      edgesFrom: () => Promise.resolve([]),
      edgesTo: () => Promise.resolve([]),
      referencesOf: () => Promise.resolve([]),
      files: () => Promise.resolve([]),
      propose: (plan, changes) => Promise.resolve(void plans.set(plan, [...changes])),
      futureRows: (plan) => Promise.resolve(plans.get(plan) ?? []),
      discard: (plan) => {
        counts.discard += 1;
        plans.delete(plan);
        return Promise.resolve();
      },
      promote: (plan) => {
        counts.promote += 1;
        const changes = plans.get(plan) ?? [];
        for (const path of new Set(changes.map(({ key }) => key.slice(0, key.indexOf('.rs-') + 3)))) {
          const own = changes.filter(({ key }) => key.startsWith(`${path}-`));
          rows.set(path, overlayRows(rows.get(path) ?? [], own));
        }
        plans.delete(plan);
        return Promise.resolve();
      },
    },
    chunker: fakeChunker,
    files: {
      readText: (path) => {
        const text = tree.get(path);
        return Promise.resolve(text === undefined ? undefined : { text, hash: sha256(text) });
      },
    },
    verifier: {
      hashTree: (changes) => Promise.resolve(hashOf(overlay(tree, changes))),
      diagnose: (changes, options) => {
        counts.diagnose += 1;
        const said = script.diagnose?.(overlay(tree, changes), options) ?? {};
        return Promise.resolve({ build_ok: true, diagnostics: [], environment_problem: null, ...said });
      },
      verify: (proposal, { onReceipt }) => {
        counts.verify += 1;
        const candidate = overlay(tree, proposal.files);
        const report = createReport(hashOf(candidate), script.judge?.(candidate) ?? 'passed');
        for (const receipt of report.receipts) onReceipt?.(receipt);
        return Promise.resolve(report);
      },
    },
    applier: {
      apply: (proposal) => {
        counts.apply += 1;
        if (script.apply !== undefined) return Promise.resolve(script.apply(tree, proposal));
        writeChanges(tree, proposal.files);
        return Promise.resolve({ status: 'applied', reason: null });
      },
      commit: ({ proposal, message, runId }) => {
        counts.commit += 1;
        commits.push({ message, runId });
        return Promise.resolve({
          commit: sha256(message).slice(0, 40),
          files: proposal.files.map(({ path }) => path),
        });
      },
    },
    context: {
      search: () =>
        Promise.resolve(
          [...rows.values()]
            .flat()
            .filter((row) => row.kind !== 'file')
            .map(toContextRow),
        ),
      repoMap: () => Promise.resolve([...rows.keys()].join('\n')),
      blastRadius: (keys) => {
        const unknown = keys.find((key) => ![...rows.values()].flat().some((row) => row.isgl1_key === key));
        return unknown === undefined
          ? Promise.resolve([])
          : Promise.reject(new Error(`There is no row ${unknown}`));
      },
    },
    log: { open: (runId) => openRunLog(dir, runId) },
    clock: { now: () => (time += 1) },
    ...(script.reasoner === undefined ? {} : { reasoner: script.reasoner }),
  };
  return { ports, tree, rows, plans, counts, commits, dir };
}

/** Collects events; `types()` gives their types in order. */
export function createEventTrace() {
  const events: RunEvent[] = [];
  return {
    events,
    onEvent: (event: RunEvent) => void events.push(event),
    types: () => events.map(({ type }) => type),
  };
}

export const GATES: readonly GateId[] = ['T0', 'T1', 'T3', 'T4', 'T5'];

/** Receipts of all blocking gates; one carries the verdict, the gates after a failed one did not run. */
export function createReport(tree: TreeHash, outcome: Judgement): GateReport {
  const failingTests = typeof outcome === 'object' && 'failingTests' in outcome ? outcome.failingTests : 0;
  const decisive = failingTests > 0 ? 3 : 2;
  const said: Verdict = typeof outcome === 'string' ? outcome : 'failed';
  const receipts = GATES.map((gate, i): GateReceipt => {
    const verdict: Verdict =
      i < decisive ? 'passed' : i === decisive ? said : said === 'passed' ? 'passed' : 'not_run';
    return {
      contract: 'pt.receipt/1',
      subject_tree: tree,
      gate,
      title: `gate ${gate}`,
      argv: [],
      env_digest: 'env',
      toolchain: null,
      exit: verdict === 'passed' ? 0 : 1,
      counts: { total: 1, passed: 1, failed: gate === 'T4' ? failingTests : 0, ignored: 0 },
      new_diagnostics: Array.isArray(outcome) && gate === 'T3' ? outcome : [],
      verdict,
      reason: verdict === 'passed' ? null : `${gate} says ${verdict}`,
      log_hash: 'log',
      started: '2026-01-01T00:00:00Z',
      ms: 1,
    };
  });
  return {
    subject_tree: tree,
    verdict: decideVerdict(receipts),
    receipts,
    receipt_hash: sha256(canonicalJson(receipts)),
  };
}

/** One compiler error at a place, with at most one suggestion. */
export function createError(init: {
  code?: string | null;
  message: string;
  path: string;
  at: [number, number];
  replacement?: string;
  level?: 'error' | 'warning';
  applicability?: 'MachineApplicable' | 'MaybeIncorrect' | 'HasPlaceholders';
}): CompilerDiagnostic {
  const [start, end] = init.at;
  return {
    tool: 'rustc',
    level: init.level ?? 'error',
    code: init.code === undefined ? 'E0425' : init.code,
    message: init.message,
    rendered: `error: ${init.message}`,
    package_name: 'tiny',
    spans: [{ path: init.path, start, end, line: 1, column: 1, is_primary: true, label: null }],
    suggestions:
      init.replacement === undefined
        ? []
        : [
            {
              message: 'try this',
              applicability: init.applicability ?? 'MachineApplicable',
              replacements: [{ path: init.path, start, end, replacement: init.replacement }],
            },
          ],
    row_key: null,
  };
}

/** Cuts top-level functions that start at a line start and end at a lone brace; the rest is the file row. */
export const fakeChunker: Chunker = {
  chunkFile: ({ path, text }) =>
    path.endsWith('.rs')
      ? Promise.resolve({ rows: cutFile(path, text), diagnostics: [] })
      : Promise.reject(new Error(`No language reads ${path}`)),
};

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function cutFile(path: string, text: string): Chunk[] {
  const root = fileKey(path);
  const functions: Chunk[] = [];
  let own = '';
  let from = 0;
  for (const match of text.matchAll(/^(?:\/\/\/.*\n)*(?:#\[.*\]\n)*(?:pub )?fn (\w+)[^]*?\n\}$/gm)) {
    const name = match[1] ?? '';
    own += text.slice(from, match.index);
    from = match.index + match[0].length;
    const key = formatKey({ path, container: [], name });
    const place = { start: bytes(text.slice(0, match.index)), offset: bytes(own), order: functions.length };
    functions.push(createChunk({ key, path, parent: root, name, code: match[0], ...place }));
  }
  own += text.slice(from);
  const file = createChunk({
    key: root,
    path,
    parent: null,
    name: '_',
    code: own,
    start: 0,
    offset: 0,
    order: 0,
  });
  return [{ ...file, kind: 'file', span: { start: 0, end: bytes(text) } }, ...functions];
}

function createChunk(init: {
  key: RowKey;
  path: string;
  parent: RowKey | null;
  name: string;
  code: string;
  start: number;
  offset: number;
  order: number;
}): Chunk {
  return {
    isgl1_key: init.key,
    kind: 'function',
    name: init.name,
    visibility: 'public',
    file: init.path,
    span: { start: init.start, end: init.start + bytes(init.code) },
    line: 1,
    parent_key: init.parent,
    order: init.order,
    parent_offset: init.offset,
    current_code: init.code,
    interface_signature: init.code.split('{')[0]?.trim() ?? '',
    doc: '',
    tdd_classification:
      init.code.includes('#[test]') || init.path.startsWith('tests/')
        ? 'TEST_IMPLEMENTATION'
        : 'CODE_IMPLEMENTATION',
    tdd_reason: 'fake',
    crate: 'tiny',
    module_path: 'crate',
    cfg: null,
    content_hash: sha256(init.code),
    token_count: 1,
  };
}

function toContextRow(row: Row) {
  const { isgl1_key, interface_signature, tdd_classification } = row;
  return { isgl1_key, interface_signature, tdd_classification, summary: null };
}

function overlay(tree: Tree, changes: readonly FileChange[]): Map<string, string> {
  const copy = new Map(tree);
  writeChanges(copy, changes);
  return copy;
}

export function writeChanges(tree: Map<string, string>, changes: readonly FileChange[]): void {
  for (const { path, after } of changes) {
    if (after === null) tree.delete(path);
    else tree.set(path, after);
  }
}

function hashOf(tree: Tree): TreeHash {
  const lines = [...tree].map(([path, text]) => `${sha256(text)}  ${path}\n`).sort();
  return sha256(lines.join('')) as TreeHash;
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
