#!/usr/bin/env node
import { runGenerator } from './run-generator.js';

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
// A reader that has seen enough, such as `head`, ends the run quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 2);
});

process.exitCode = await runGenerator({
  argv: process.argv.slice(2),
  stdin: process.stdin,
  write: (text) =>
    process.stdout.write(text)
      ? Promise.resolve()
      : new Promise((resolve) => process.stdout.once('drain', resolve)),
  writeError: (text) => process.stderr.write(text),
  signal: interrupt.signal,
});
