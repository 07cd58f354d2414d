/** A program the product runs, and what its absence means. */
export interface ToolCheck {
  id: string;
  argv: [string, ...string[]];
  whenMissing: 'warn' | 'fail';
  fix: string;
  /** Component of rustup that brings it. */
  component?: string;
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
    fix: 'Until then gate T0 has no arbiter for syntax',
    component: 'rustfmt',
  },
  {
    id: 'clippy',
    argv: ['cargo', 'clippy', '--version'],
    whenMissing: 'warn',
    fix: 'Until then fix uses rustc alone',
    component: 'clippy',
  },
];
