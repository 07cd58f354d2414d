// Lists the benchmarks, or runs one with the arguments that follow: npm run bench [-- <name> <arguments>]. Built packages are needed.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const [name, ...rest] = process.argv.slice(2);
const benchmarks = readBenchmarks();

if (name === undefined) list();
else run();

/** Name and text of every program here; what another one imports is a part of it, not a benchmark. */
function readBenchmarks() {
  const texts = new Map(
    readdirSync(folder)
      .filter((file) => file.endsWith('.mjs') && file !== 'run.mjs')
      .map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );
  const imported = new Set(
    [...texts.values()].flatMap((text) => [...text.matchAll(/from '\.\/([^']+)'/g)].map(([, file]) => file)),
  );
  const names = [...texts].filter(([file]) => !imported.has(file));
  return new Map(names.map(([file, text]) => [file.slice(0, -'.mjs'.length), text]));
}

function list() {
  const width = Math.max(...[...benchmarks.keys()].map((key) => key.length));
  for (const [key, text] of benchmarks)
    process.stdout.write(`${key.padEnd(width)}  ${readFirstSentence(text)}\n`);
  process.stdout.write(
    '\nRun one: npm run bench -- <name> [arguments]. What was measured: docs/benchmarks\n',
  );
}

/** The comment a file begins with, up to its first full stop or the command it is run by. */
function readFirstSentence(text) {
  const comment = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith('//')) break;
    comment.push(line.slice(2).trim());
  }
  return comment.join(' ').split(/[.:;] |[.:;]$/)[0];
}

function run() {
  if (!benchmarks.has(name)) {
    process.stderr.write(`There is no benchmark ${name}. There are: ${[...benchmarks.keys()].join(', ')}\n`);
    process.exit(2);
  }
  const { status } = spawnSync(process.execPath, ['--expose-gc', join(folder, `${name}.mjs`), ...rest], {
    stdio: 'inherit',
  });
  process.exit(status ?? 1);
}
