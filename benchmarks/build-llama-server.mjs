// Builds llama.cpp's own server from the source bundle inside the installed node-llama-cpp package, so that the yardstick
// of benchmarks/elf.mjs runs the very release that the workers run. Needs git, cmake and a C++ compiler; no network.
//
//   node benchmarks/build-llama-server.mjs <folder outside the repository> [--native] [--jobs 2]
//   LLAMA_SERVER=<folder>/build/bin/llama-server node benchmarks/elf.mjs --only server
//
// It computes with the libraries of the workers, copied from node-llama-cpp's prebuilt package: what is left between the two
// is what the programs around them cost. With --native it is compiled for this very processor instead, which the workers'
// prebuilt engine is not.
//
// Takes ten to thirty minutes on two cores; an interrupted build continues where it stopped.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { arch, platform } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { jobs: { type: 'string', default: '2' }, native: { type: 'boolean', default: false } },
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

function locateEngine() {
  const from = fileURLToPath(new URL('../packages/elf-orchestrator/package.json', import.meta.url));
  return dirname(dirname(createRequire(from).resolve('node-llama-cpp')));
}

/** The libraries that compute on the CPU, one a kind of processor; the engine takes the best that this one can run. */
function listPrebuiltLibraries() {
  const packages = join(dirname(locateEngine()), '@node-llama-cpp');
  const name = `${platform === 'win32' ? 'win' : platform === 'darwin' ? 'mac' : platform}-${arch}`;
  const libraries = listFiles(join(packages, name, 'bins', name)).filter((file) =>
    /^(lib)?ggml-cpu-.*\.(so|dll)$/.test(basename(file)),
  );
  if (libraries.length === 0) throw new Error(`node-llama-cpp brings no libraries for ${name}: use --native`);
  return libraries;
}

function listFiles(path) {
  return existsSync(path) ? readdirSync(path).map((name) => join(path, name)) : [];
}

const KERNELS = values.native
  ? ['-DGGML_NATIVE=ON', '-DBUILD_SHARED_LIBS=OFF']
  : [
      '-DGGML_NATIVE=OFF',
      '-DBUILD_SHARED_LIBS=ON',
      '-DGGML_BACKEND_DL=ON',
      '-DGGML_OPENMP=OFF',
      // the prebuilt libraries ask for their base by its plain name
      '-DCMAKE_PLATFORM_NO_VERSIONED_SONAME=ON',
    ];

if (!existsSync(source))
  run('git', ['clone', '--quiet', join(locateEngine(), 'llama', 'gitRelease.bundle'), source]);
run('cmake', [
  '-S',
  source,
  '-B',
  build,
  '-DCMAKE_BUILD_TYPE=Release',
  ...KERNELS,
  '-DLLAMA_BUILD_TESTS=OFF',
  '-DLLAMA_BUILD_EXAMPLES=OFF',
  '-DLLAMA_BUILD_APP=OFF',
  '-DLLAMA_BUILD_UI=OFF',
  '-DLLAMA_USE_PREBUILT_UI=OFF',
  '-DLLAMA_OPENSSL=OFF',
]);
run('cmake', ['--build', build, '--target', 'llama-server', '--parallel', values.jobs]);
if (!values.native) {
  const bin = join(build, 'bin');
  // the one that was compiled here would be taken where it is thought better
  for (const file of listFiles(bin)) if (/^(lib)?ggml-cpu/.test(basename(file))) rmSync(file);
  for (const library of listPrebuiltLibraries()) copyFileSync(library, join(bin, basename(library)));
}
console.log(`LLAMA_SERVER=${join(build, 'bin', 'llama-server')}`);
