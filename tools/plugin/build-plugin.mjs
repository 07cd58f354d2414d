// Bundles the command line into packages/cli/plugin/server: no install step, no native part. Needs built packages (`nx run-many -t build`).
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const packages = join(root, 'packages');
const server = process.argv[2] ?? join(packages, 'cli', 'plugin', 'server');
const require = createRequire(join(root, 'package.json'));
const { build } = createRequire(require.resolve('tsup'))('esbuild');

const entries = {
  main: join(packages, 'cli', 'dist', 'main.js'),
  'stream-worker': join(packages, 'chunk-streamer', 'dist', 'stream-worker.js'),
  'engine-worker': join(packages, 'codegraph-store', 'dist', 'engine-worker.js'),
};

await main();

async function main() {
  for (const entry of Object.values(entries))
    if (!existsSync(entry)) throw new Error(`${entry} is missing: build the packages first`);
  rmSync(server, { recursive: true, force: true });
  mkdirSync(join(server, 'dist'), { recursive: true });
  const options = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minify: true,
    legalComments: 'eof',
    outdir: join(server, 'dist'),
    // Native parts and engines a user installs stay outside; cozo's glue loads its own bytes by path.
    // The bundler's own list of Node's modules has gaps, e.g. readline/promises.
    external: ['node-llama-cpp', 'cozo-node', 'cozo-lib-wasm', ...builtinModules],
    // CommonJS dependencies ask for Node's own modules.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: 'error', // bare imports of chunks without side effects are dropped, as they may be
  };
  await build({
    ...options,
    splitting: true,
    entryPoints: { main: entries.main },
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunk-[hash]',
  });
  for (const name of ['stream-worker', 'engine-worker'])
    await build({ ...options, entryPoints: { [name]: entries[name] } });
  const { version } = JSON.parse(readFileSync(join(packages, 'cli', 'package.json'), 'utf8'));
  writeFileSync(
    join(server, 'package.json'),
    `${JSON.stringify({ name: 'parseltongue-plugin-server', version, private: true, type: 'module' }, null, 2)}\n`,
  );
  copyAssets();
}

function copyAssets() {
  const fromStreamer = createRequire(join(packages, 'chunk-streamer', 'package.json'));
  const fromStore = createRequire(join(packages, 'codegraph-store', 'package.json'));
  for (const file of ['tree-sitter-rust.wasm', 'tree-sitter-rust.LICENSE'])
    copyFileSync(join(packages, 'chunk-streamer', 'dist', file), join(server, 'dist', file));
  copyFileSync(
    fromStreamer.resolve('web-tree-sitter/web-tree-sitter.wasm'),
    join(server, 'dist', 'web-tree-sitter.wasm'),
  );
  const cozo = join(server, 'node_modules', 'cozo-lib-wasm');
  mkdirSync(cozo, { recursive: true });
  for (const file of ['cozo_lib_wasm.js', 'cozo_lib_wasm_bg.wasm', 'package.json', 'README.md'])
    copyFileSync(fromStore.resolve(`cozo-lib-wasm/${file}`), join(cozo, file));
}
