#!/usr/bin/env node
import { homedir, tmpdir, userInfo } from 'node:os';
import { runCommand } from './command/run-command.js';
import { defaultDaemonPaths } from './daemon/daemon-paths.js';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());

process.exitCode = await runCommand(process.argv.slice(2), {
  paths: defaultDaemonPaths({
    env: process.env,
    platform: process.platform,
    homeDir: homedir(),
    tmpDir: tmpdir(),
    userName: userInfo().username,
  }),
  writeOut: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  signal: stop.signal,
});
