import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const CARGO_CONFIGS = ['.cargo/config.toml', '.cargo/config'];
const TOOLCHAIN_FILES = ['rust-toolchain.toml', 'rust-toolchain'];

/**
 * Repeats, beside the copy, the configuration that folders above the repository hold for cargo and rustup.
 *
 * cargo's home is left out: cargo reads it wherever it runs.
 */
export function mirrorSurroundings(options: { root: string; base: string; cargoHome: string }): void {
  const cargoHome = resolve(options.cargoHome);
  for (let folder = dirname(options.root); folder !== dirname(folder); folder = dirname(folder)) {
    const names =
      join(folder, '.cargo') === cargoHome ? TOOLCHAIN_FILES : [...CARGO_CONFIGS, ...TOOLCHAIN_FILES];
    for (const name of names) mirrorFile(join(folder, name), join(options.base, folder, name));
  }
}

function mirrorFile(source: string, copy: string): void {
  rmSync(copy, { force: true });
  if (!existsSync(source)) return;
  mkdirSync(dirname(copy), { recursive: true });
  copyFileSync(source, copy);
}
