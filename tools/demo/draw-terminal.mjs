// Records the demo as a picture for the README: `node tools/demo/draw-terminal.mjs` runs it, `--log <file>` takes what a run wrote to a file.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const target = join(root, 'docs', 'demo.svg');
const COLUMNS = 118;
const CHARACTER = { width: 7.3, height: 16 };
const MARGIN = 14;
const COLORS = [
  [/^\$ /, '#7aa2f7'],
  [/\bfailed\b|^-/, '#f7768e'],
  [/\bpassed\b|\bcommitted\b|\bapplied\b|commit [0-9a-f]{12}|^\+/, '#9ece6a'],
  [/decision: retry/, '#e0af68'],
];

const at = process.argv.indexOf('--log');
const text = at === -1 ? runDemo() : readFileSync(process.argv[at + 1], 'utf8');
writeFileSync(target, draw(chooseLines(text)));

function runDemo() {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, 'tools/demo/start.mjs')], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status === 0) return `${stderr}${stdout}`;
  process.stderr.write(`The demo failed:\n${stderr.slice(-2000)}\n`);
  return process.exit(1);
}

/** The change of the demo, from its command to its commit, without the lists of rows. */
function chooseLines(log) {
  const lines = log.split('\n');
  const from = lines.findIndex((line) => line.startsWith('=== parseltongue change'));
  const to = lines.findIndex((line, i) => i > from && line.startsWith('-- change took'));
  if (from === -1 || to === -1) throw new Error('the log holds no whole change');
  const shown = lines
    .slice(from, to)
    .filter((line) => !/^verify: |context|^ {12}|future rows|^\s*$/.test(line))
    .map((line) => line.replace('=== ', '$ '));
  return shown.map((line) => (line.length > COLUMNS ? `${line.slice(0, COLUMNS - 1)}…` : line));
}

function draw(lines) {
  const width = Math.ceil(COLUMNS * CHARACTER.width + 2 * MARGIN);
  const height = lines.length * CHARACTER.height + 2 * MARGIN;
  const rows = lines.map((line, i) => {
    const color = COLORS.find(([pattern]) => pattern.test(line))?.[1] ?? '#c0caf5';
    const y = MARGIN + (i + 0.8) * CHARACTER.height;
    return `<text x="${MARGIN}" y="${y.toFixed(1)}" fill="${color}" xml:space="preserve">${escape(line)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace,Menlo,Consolas,monospace" font-size="12">
<rect width="100%" height="100%" rx="8" fill="#1a1b26"/>
${rows.join('\n')}
</svg>
`;
}

function escape(line) {
  return line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
