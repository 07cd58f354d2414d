// Counts what the graph calls certain in crates that build: every certain problem there is a false alarm. Each crate is read as a change that
// puts all its files into an empty repository, so nothing is taken for granted.
// Usage: node benchmarks/preflight-false-alarms.mjs <folder of unpacked crates> [--from 0] [--to 50] [--losses 40]
// Such a folder is what cargo keeps of fetched crates, e.g. ~/.cargo/registry/src/<index>. Reads the built packages; run `pnpm build` first.
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openAnalyzer } from '../packages/chunk-streamer/dist/index.js';
import { createScratch, printTable } from './preflight-corpus.mjs';

const { values: given, positionals } = parseArgs({
  options: {
    from: { type: 'string', default: '0' },
    to: { type: 'string', default: '50' },
    losses: { type: 'string', default: '40' },
  },
  allowPositionals: true,
});
const [folder] = positionals;
if (folder === undefined) {
  process.stderr.write('Name a folder of unpacked crates\n');
  process.exit(2);
}
const MAX_BYTES = 4_000_000;
const counts = new Map();
const alarms = [];
let crates = 0;
let files = 0;
const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isDirectory());
for (const name of names.sort().slice(Number(given.from), Number(given.to))) await measure(name);
printTable([
  ['problem', 'certain', 'advice'],
  ...[...counts].sort().map(([code, [certain, advice]]) => [code, certain, advice]),
]);
process.stdout.write(`\n${crates} crates, ${files} files, ${alarms.length} false alarms\n`);
for (const alarm of alarms.slice(0, Number(given.losses))) process.stdout.write(`  ${alarm}\n`);

async function measure(name) {
  const changes = listFiles(join(folder, name));
  const bytes = changes.reduce((sum, { after }) => sum + after.length, 0);
  if (bytes > MAX_BYTES) return;
  const root = createScratch('alarms');
  try {
    const analyzer = await openAnalyzer(root);
    const { problems } = await analyzer.analyze(changes);
    await analyzer[Symbol.asyncDispose]();
    crates += 1;
    files += changes.length;
    for (const { code, certain, path, line, message } of problems) {
      const count = counts.get(code) ?? [0, 0];
      count[certain ? 0 : 1] += 1;
      counts.set(code, count);
      if (certain) alarms.push(`${name} ${path}:${line} ${code}: ${message}`);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Sources and manifests; what a published crate leaves out of its package may be declared all the same. */
function listFiles(root) {
  const found = [];
  const visit = (prefix) => {
    for (const entry of readdirSync(join(root, prefix), { withFileTypes: true })) {
      const path = `${prefix}${entry.name}`;
      if (entry.isDirectory() && !['target', '.git'].includes(entry.name)) visit(`${path}/`);
      else if (entry.isFile() && (entry.name === 'Cargo.toml' || entry.name.endsWith('.rs')))
        found.push({ path, after: readFileSync(join(root, path), 'utf8') });
    }
  };
  visit('');
  return found;
}
