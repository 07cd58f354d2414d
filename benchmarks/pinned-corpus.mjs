// Fetches pinned crates of the registry through cargo into one folder, so that every run reads the same bytes.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Generated bindings and hand-written code, above three million lines with what they depend on.
const CRATES = {
  'windows-sys': '0.61.2',
  'web-sys': '0.3.107',
  winapi: '0.3.9',
  tokio: '1.54.1',
  encoding_rs: '0.8.44',
  libc: '0.2.191',
  jiff: '0.2.43',
  naga: '24.0.0',
  rustix: '1.1.6',
  'regex-automata': '0.4.18',
  'regex-syntax': '0.8.11',
  syn: '2.0.119',
  rustls: '0.23.46',
  nix: '0.31.3',
  clap_builder: '4.6.7',
  hyper: '1.12.0',
  chrono: '0.4.45',
};

/** Vendors the crates once; the folder is kept in the system's folder for temporary files and used again. */
export function vendorCorpus() {
  const home = join(tmpdir(), 'parseltongue-corpus-2');
  const vendored = join(home, 'vendor');
  if (existsSync(join(home, 'complete'))) return vendored;
  mkdirSync(join(home, 'src'), { recursive: true });
  const dependencies = Object.entries(CRATES).map(([name, version]) => `${name} = "=${version}"`);
  const manifest = [
    '[package]',
    'name = "corpus"',
    'version = "0.0.0"',
    'edition = "2021"',
    '',
    '[dependencies]',
  ];
  writeFileSync(join(home, 'Cargo.toml'), `${[...manifest, ...dependencies].join('\n')}\n`);
  writeFileSync(join(home, 'src', 'lib.rs'), '');
  execFileSync('cargo', ['vendor', '--versioned-dirs', '--quiet', 'vendor'], {
    cwd: home,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  writeFileSync(join(home, 'complete'), '');
  return vendored;
}
