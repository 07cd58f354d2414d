// Builds llama.cpp's own server from the source bundle inside the installed node-llama-cpp package, so that the yardstick
// of benchmarks/elf.mjs runs the very release that the workers run. Needs git, cmake and a C++ compiler; no network.
//
//   node benchmarks/build-llama-server.mjs <folder outside the repository> [--jobs 2]
//   LLAMA_SERVER=<folder>/build/bin/llama-server node benchmarks/elf.mjs --only server
//
// Takes ten to thirty minutes on two cores; an interrupted build continues where it stopped.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { jobs: { type: 'string', default: '2' } },
});
if (positionals[0] === undefined)
  throw new Error('Name a folder: node benchmarks/build-llama-server.mjs <folder>');
const folder = resolve(positionals[0]);
const source = join(folder, 'llama.cpp');
const build = join(folder, 'build');

function run(command, args) {
  console.log([command, ...args].join(' '));
  const { error, status } = spawnSync(command, args, { stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ended with status ${status}`);
}

function locateBundle() {
  const from = fileURLToPath(new URL('../packages/elf-orchestrator/package.json', import.meta.url));
  const entry = createRequire(from).resolve('node-llama-cpp');
  return join(dirname(dirname(entry)), 'llama', 'gitRelease.bundle');
}

if (!existsSync(source)) run('git', ['clone', '--quiet', locateBundle(), source]);
run('cmake', [
  '-S',
  source,
  '-B',
  build,
  '-DCMAKE_BUILD_TYPE=Release',
  '-DGGML_NATIVE=ON',
  '-DBUILD_SHARED_LIBS=OFF',
  '-DLLAMA_BUILD_TESTS=OFF',
  '-DLLAMA_BUILD_EXAMPLES=OFF',
  '-DLLAMA_BUILD_APP=OFF',
  '-DLLAMA_BUILD_UI=OFF',
  '-DLLAMA_USE_PREBUILT_UI=OFF',
  '-DLLAMA_OPENSSL=OFF',
]);
run('cmake', ['--build', build, '--target', 'llama-server', '--parallel', values.jobs]);
console.log(`LLAMA_SERVER=${join(build, 'bin', 'llama-server')}`);
