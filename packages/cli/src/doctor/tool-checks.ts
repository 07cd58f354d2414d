/** A program the product runs, and what its absence means. */
export interface ToolCheck {
  id: string;
  argv: [string, ...string[]];
  whenMissing: 'warn' | 'fail';
  fix: string;
  /** What `doctor --fix` runs. */
  repair?: [string, ...string[]];
}

const RUSTUP = 'Install Rust, e.g. by https://rustup.rs';

/** In the order the doctor asks for them. */
export const TOOL_CHECKS: readonly ToolCheck[] = [
  { id: 'git', argv: ['git', '--version'], whenMissing: 'fail', fix: 'Install git' },
  { id: 'cargo', argv: ['cargo', '--version'], whenMissing: 'fail', fix: RUSTUP },
  { id: 'rustc', argv: ['rustc', '--version'], whenMissing: 'fail', fix: RUSTUP },
  {
    id: 'rustfmt',
    argv: ['rustfmt', '--version'],
    whenMissing: 'warn',
    fix: 'rustup component add rustfmt; until then gate T0 has no arbiter for syntax',
    repair: ['rustup', 'component', 'add', 'rustfmt'],
  },
  {
    id: 'clippy',
    argv: ['cargo', 'clippy', '--version'],
    whenMissing: 'warn',
    fix: 'rustup component add clippy; until then fix uses rustc alone',
    repair: ['rustup', 'component', 'add', 'clippy'],
  },
];
