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
});
