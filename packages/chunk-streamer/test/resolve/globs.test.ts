import { describe, expect, it } from 'vitest';
import { cutFiles, LIBRARY, resolveText } from './resolve-text.js';

describe('glob imports', () => {
  it('whose target only another glob could bring end the search instead of going round', async () => {
    const { edges } = await resolveText(
      cutFiles(`${LIBRARY}//- src/lib.rs
use nowhere::*;
use elsewhere::prelude::*;

pub mod tools {
    use super::*;
    use nowhere::inner::*;

    pub fn helper() {}

    pub fn call() {
        helper();
        unknown();
    }
}
`),
    );
    const calls = edges.filter(({ kind }) => kind === 'calls').map(({ from, to }) => [from, to]);
    expect(calls).toEqual([['src/lib.rs-tools-call', 'src/lib.rs-tools-helper']]);
  });

  it('of modules that all open each other are searched once a name, whatever is not there', async () => {
    const names = Array.from({ length: 14 }, (_, index) => `m${index}`);
    const globs = names.map((name) => `pub use crate::${name}::*;`).join(' ');
    const modules = names.map((name) => `pub mod ${name} { ${globs} pub fn in_${name}() {} }`);
    const { edges, references } = await resolveText(
      cutFiles(`${LIBRARY}//- src/lib.rs
${modules.join('\n')}
use m0::*;
pub fn call() { in_m13(); absent(); missing(); }
`),
    );
    const calls = edges.filter(({ kind }) => kind === 'calls').map(({ from, to }) => [from, to]);
    expect(calls).toEqual([['src/lib.rs-_-call', 'src/lib.rs-m13-in_m13']]);
    expect(references.find(({ key }) => key === 'src/lib.rs-_-call')?.unresolved_count).toBe(2);
  });
});
