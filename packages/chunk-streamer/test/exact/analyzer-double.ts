import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How the double behaves when it is asked for an index. */
export type DoubleMode = 'write' | 'panic' | 'hang' | 'silent' | 'hog' | 'no-component';

/** A program that stands for rust-analyzer: it answers `--version` and copies an index a test has encoded. */
export function writeAnalyzerDouble(folder: string): string {
  const file = join(folder, 'analyzer-double.mjs');
  writeFileSync(file, SCRIPT);
  return file;
}

const SCRIPT = `
import { spawn } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
const args = process.argv.slice(2);
const { MODE, SCIP, SEEN } = process.env;
if (args[0] === '--version') {
  if (MODE === 'no-component') {
    process.stderr.write("error: 'rust-analyzer' is not installed for the toolchain\\n");
    process.exit(1);
  }
  process.stdout.write('rust-analyzer 1.2.3\\n');
} else {
  const after = (name) => args[args.indexOf(name) + 1];
  const note = { args, cwd: process.cwd(), env: process.env, settings: JSON.parse(readFileSync(after('--config-path'), 'utf8')), pid: process.pid };
  if (MODE === 'hang') note.child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']).pid;
  writeFileSync(SEEN, JSON.stringify(note));
  if (MODE === 'write') copyFileSync(SCIP, after('--output'));
  if (MODE === 'panic') {
    process.stderr.write("thread 'main' panicked at crates/hir-ty/src/lib.rs\\n");
    process.exit(101);
  }
  if (MODE === 'hang') setInterval(() => {}, 1000);
  if (MODE === 'hog') {
    const kept = [];
    setInterval(() => kept.push(Buffer.alloc(32 * 2 ** 20, 1)), 20);
  }
}
`;
