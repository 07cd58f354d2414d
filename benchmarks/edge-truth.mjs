// Compares the call edges of the typed and the exact tier with what rust-analyzer says of the same code, keyed (caller, line, callee).
// Usage: node benchmarks/edge-truth.mjs [--analyzer <program>] [--settings <json>] [--crates a,b] [--index <folder>] [--sample 40] [--seed 1]
//   --analyzer  program that answers `scip`; default $RUST_ANALYZER, else rust-analyzer on PATH
//   --settings  settings of the analyzer as JSON, merged into the defaults (all features)
//   --index     keeps the SCIP files there and uses those it finds
// Needs the built packages (pnpm build) and cargo, which fetches the pinned crates.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { categorize, judgeEdges, RowPlaces, shares, summarize, trueCalls } from './edge-truth-compare.mjs';
import { readTruth } from './edge-truth-scip.mjs';

const SELF = fileURLToPath(import.meta.url);
const CRATES = [
  'clap_builder@4.6.7',
  'hashbrown@0.17.1',
  'hyper@1.12.0',
  'regex-automata@0.4.18',
  'regex-syntax@0.8.11',
  'syn@2.0.119',
  'tokio@1.54.1',
  'toml_edit@0.25.18+spec-1.1.0',
];
const BARS = { typed: { precision: 0.97, recall: 0.85 }, exact: { precision: 0.99, recall: 0.95 } };
const CLASSES = [
  ['production', (row) => row.tdd_classification === 'CODE_IMPLEMENTATION'],
  ['tests', (row) => row.tdd_classification === 'TEST_IMPLEMENTATION'],
];
const ANALYZER_TIMEOUT_MS = 1_200_000;
const KEPT_OUTPUT_BYTES = 1 << 28;

if (process.argv[2] === '--hand-out') handOut(process.argv.slice(3));
else await compareAll();

async function compareAll() {
  const { values } = parseArgs({
    options: {
      analyzer: { type: 'string', default: process.env['RUST_ANALYZER'] ?? 'rust-analyzer' },
      settings: { type: 'string', default: '{}' },
      crates: { type: 'string' },
      index: { type: 'string' },
      package: {
        type: 'string',
        default: new URL('../packages/chunk-streamer/dist/index.js', import.meta.url).href,
      },
      sample: { type: 'string', default: '40' },
      seed: { type: 'string', default: '1' },
    },
  });
  const streamer = await import(
    values.package.startsWith('file:') ? values.package : pathToFileURL(resolve(values.package)).href
  );
  const version = spawnSync(values.analyzer, ['--version'], { encoding: 'utf8' });
  const canRun = version.status === 0;
  if (!canRun && values.index === undefined) {
    print(`NOT RUN: no working rust-analyzer at "${values.analyzer}".`);
    print(
      'Install it (rustup component add rust-analyzer rust-src) or name one with --analyzer; --index <folder> uses SCIP files made before.',
    );
    process.exitCode = 2;
    return;
  }
  print(`analyzer: ${canRun ? version.stdout.trim() : 'none, indexes made before'}`);
  const scratch = mkdtempSync(join(tmpdir(), 'edge-truth-'));
  const results = [];
  try {
    const wanted = values.crates?.split(',');
    for (const spec of CRATES.filter((name) => wanted === undefined || wanted.includes(name.split('@')[0]))) {
      const root = fetchCrate(spec, scratch);
      const scip = makeIndex({ spec, root, scratch, canRun, ...values });
      if (scip === undefined) print(`${spec}: NOT RUN, the analyzer wrote no index`);
      else results.push(await compareCrate({ spec, root, scip, streamer }));
    }
    if (results.length > 0) report(results, { count: Number(values.sample), seed: Number(values.seed) });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Sources of a crate as published, in a folder of their own. */
function fetchCrate(spec, scratch) {
  const [name, version] = spec.split('@');
  const project = join(scratch, `fetch-${name}`);
  mkdirSync(join(project, 'src'), { recursive: true });
  writeFileSync(join(project, 'src', 'lib.rs'), '');
  writeFileSync(
    join(project, 'Cargo.toml'),
    `[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n${name} = "=${version.split('+')[0]}"\n`,
  );
  const metadata = JSON.parse(
    execFileSync('cargo', ['metadata', '--format-version', '1', '--quiet'], {
      cwd: project,
      encoding: 'utf8',
      maxBuffer: KEPT_OUTPUT_BYTES,
    }),
  );
  const { manifest_path } = metadata.packages.find((entry) => entry.name === name);
  const root = join(scratch, `${name}-${version}`);
  cpSync(dirname(manifest_path), root, { recursive: true });
  return root;
}

function makeIndex({ spec, root, scratch, canRun, analyzer, settings, index }) {
  const file = join(index === undefined ? scratch : resolve(index), `${spec.replace('@', '-')}.scip`);
  if (existsSync(file)) return file;
  if (!canRun) return undefined;
  mkdirSync(dirname(file), { recursive: true });
  const config = join(scratch, 'settings.json');
  const given = JSON.parse(settings);
  writeFileSync(
    config,
    JSON.stringify({ ...given, cargo: { features: 'all', sysrootQueryMetadata: 'none', ...given.cargo } }),
  );
  spawnSync('cargo', ['fetch', '--quiet'], { cwd: root });
  spawnSync(analyzer, ['scip', root, '--output', file, '--config-path', config], {
    cwd: root,
    env: { ...process.env, CARGO_TARGET_DIR: join(scratch, 'target') },
    timeout: ANALYZER_TIMEOUT_MS,
    maxBuffer: KEPT_OUTPUT_BYTES,
  });
  return existsSync(file) ? file : undefined;
}

async function compareCrate({ spec, root, scip, streamer }) {
  const [files, rows, edges] = [[], [], []];
  let unresolved = 0;
  for await (const record of streamer.streamChunks(root)) {
    if (record.type === 'file') files.push(record.file);
    else if (record.type === 'row') rows.push(record.row);
    else if (record.type === 'edge') edges.push(record.edge);
    else if (record.type === 'references') unresolved += record.references.unresolved_count;
  }
  const tier = await streamer.readExactTier(
    root,
    { files, rows },
    { analyzer: [process.execPath, SELF, '--hand-out', scip], env: { ...process.env } },
  );
  const places = new RowPlaces(rows);
  const truth = readTruth(scip, root);
  const calls = trueCalls(truth, places);
  const judge = (some) => judgeEdges(some, { truth, places, calls });
  const typed = judge(edges);
  const exact = tier.status === 'read' ? judge(streamer.mergeExactEdges(edges, tier)) : undefined;
  return {
    spec,
    lines: files.reduce((sum, file) => sum + file.line_count, 0),
    unresolved,
    tier,
    typed,
    exact,
    calls,
    places,
    truth,
  };
}

function report(results, { count, seed }) {
  for (const tier of ['typed', 'exact']) {
    print(
      `\n${tier} tier against SCIP, keyed (caller, line, callee); bars: precision ${BARS[tier].precision}, recall ${BARS[tier].recall}`,
    );
    print(
      row([
        'crate',
        'lines',
        'class',
        'precision',
        'floor',
        'recall',
        'right',
        'wrong',
        'silent',
        'inactive',
        'operator',
        'calls',
        'missed',
        'unresolved',
      ]),
    );
    for (const [name, isInClass] of CLASSES) {
      const total = {};
      for (const result of results) {
        if (result[tier] === undefined) {
          print(`${result.spec}: ${result.tier.reason}`);
          continue;
        }
        const summary = summarize(result[tier], result.calls, isInClass);
        for (const [key, value] of Object.entries(summary)) total[key] = (total[key] ?? 0) + value;
        printSummary(result, name, summary, tier);
      }
      if (results.length > 1)
        printSummary({ spec: 'together', lines: '', unresolved: '' }, name, total, tier);
    }
  }
  sampleContradictions(results, { count, seed });
}

function printSummary({ spec, lines, unresolved }, name, summary, tier) {
  const { precision, floor, recall } = shares(summary);
  const isBelow = precision < BARS[tier].precision || recall < BARS[tier].recall;
  const figures = [precision, floor, recall].map((share) => (Number.isNaN(share) ? '-' : share.toFixed(4)));
  const counts = ['right', 'wrong', 'silent', 'inactive', 'operator', 'calls'].map((key) => summary[key]);
  print(
    row([spec, lines, name, ...figures, ...counts, summary.calls - summary.hits, unresolved]) +
      (isBelow ? '  BELOW THE BAR' : ''),
  );
}

function row([first, ...cells]) {
  return first.padEnd(30) + cells.map((cell) => String(cell).padStart(11)).join('');
}

/** Prints wrong and silent edges of the typed tier, drawn with a seed, and how many of each category there are. */
function sampleContradictions(results, { count, seed }) {
  const all = results.flatMap((result) =>
    result.typed.verdicts
      .filter(({ verdict }) => verdict === 'wrong')
      .map((entry) => ({ ...entry, result, category: categorize(entry, result.places) })),
  );
  const byCategory = Map.groupBy?.(all, ({ category }) => category) ?? groupBy(all);
  print(`\ncontradictions of the typed tier: ${all.length}`);
  for (const [category, entries] of byCategory) print(`  ${String(entries.length).padStart(5)}  ${category}`);
  const next = createRandom(seed);
  const drawn = all
    .map((entry) => [next(), entry])
    .sort(([a], [b]) => a - b)
    .slice(0, count);
  print(`\n${drawn.length} of them, drawn with seed ${seed}:`);
  for (const [, { edge, caller, site, callees, said, result, category }] of drawn) {
    const text = result.truth.texts.get(caller.file).toString('utf8').split('\n')[site.line - 1].trim();
    print(
      `- ${result.spec} ${caller.file}:${site.line} [${edge.reason}; ${category}]\n    ${text}\n    ours   ${edge.to}\n    theirs ${callees.join(' ') || said.join(' ')}`,
    );
  }
}

function groupBy(entries) {
  const groups = new Map();
  for (const entry of entries) groups.set(entry.category, [...(groups.get(entry.category) ?? []), entry]);
  return groups;
}

/** Numbers from 0 to 1, the same for the same seed. */
function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Stands for the analyzer: gives the exact tier the index the oracle is read from. */
function handOut([scip, ...args]) {
  if (args[0] === '--version') print('an index made before');
  else copyFileSync(scip, args[args.indexOf('--output') + 1]);
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
