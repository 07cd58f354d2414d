import { describe, expect, it } from 'vitest';
import { cutFiles, LIBRARY, resolveText } from './resolve-text.js';

const lib = (source: string) => cutFiles(`${LIBRARY}//- src/lib.rs\n${source}`);

/** `kind reason from -> to` of every edge, keys without path. */
async function edgesOf(source: string): Promise<string[]> {
  const { edges } = await resolveText(lib(source));
  return edges.map(({ kind, reason, from, to }) => `${kind} ${reason} ${from.slice(11)} -> ${to.slice(11)}`);
}

describe('edges', () => {
  it('tell implementations from the impl row and from its type', async () => {
    expect(await edgesOf('trait T {}\nstruct S;\nimpl T for S {}')).toEqual([
      'implements type-implements _-S -> _-T',
      'uses_type impl-self _-T@S -> _-S',
      'implements impl-trait _-T@S -> _-T',
    ]);
  });

  it('tell what a test calls directly', async () => {
    const edges = await edgesOf('fn a() { b() }\nfn b() {}\n#[test]\nfn checks_a() { a(); }');
    expect(edges.filter((edge) => edge.startsWith('tests'))).toEqual(['tests use-map _-checks_a -> _-a']);
  });

  it('lead from a module row to what it imports', async () => {
    const edges = await edgesOf('mod a { pub struct S; pub fn f() {} }\nuse a::{S, f as g};\nuse a::*;');
    expect(edges.filter((edge) => edge.startsWith('imports'))).toEqual([
      'imports glob-import _-_ -> _-a',
      'imports use-map _-_ -> a-S',
      'imports use-map _-_ -> a-f',
    ]);
  });

  it('lead to the macro a call expands', async () => {
    const edges = await edgesOf(
      'macro_rules! twice { ($e:expr) => { $e; $e } }\nfn f() {}\nfn g() { twice!(f()); }',
    );
    expect(edges).toEqual(['calls use-map _-g -> _-f', 'uses_macro macro-scope _-g -> _-twice!']);
  });

  it('point at bytes, also behind text outside ASCII', async () => {
    const source = 'fn größe() {}\nfn f() { let _ = "äöü"; größe(); }';
    const { edges } = await resolveText(lib(source));
    const [site] = edges.find(({ kind }) => kind === 'calls')?.sites ?? [];
    const bytes = Buffer.from(source).subarray(site?.start, site?.end);
    expect([bytes.toString(), site?.line]).toEqual(['größe', 2]);
  });

  it('do not depend on the order of the files', async () => {
    const files = cutFiles(
      `${LIBRARY}//- src/lib.rs\nmod a;\nmod b;\n//- src/a.rs\npub fn f() { crate::b::g() }\n//- src/b.rs\npub fn g() { crate::a::f() }\n`,
    );
    expect(await resolveText([...files].reverse())).toEqual(await resolveText(files));
  });

  it('bind a call to the twin of its own configuration', async () => {
    const { edges } = await resolveText(
      lib(
        '#[cfg(unix)]\nmod imp { pub fn f() {} }\n#[cfg(windows)]\nmod imp { pub fn f() {} }\n' +
          'fn plain() { imp::f() }\n#[cfg(windows)]\nfn on_windows() { imp::f() }',
      ),
    );
    const calls = edges.filter(({ kind }) => kind === 'calls');
    expect(calls.map(({ from, to }) => [from.slice(11), to.includes('windows')])).toEqual([
      ['_-on_windows', true],
      ['_-plain', false],
    ]);
  });

  it('follow cfg_if branches and configuration macros', async () => {
    const edges = await edgesOf(
      'macro_rules! cfg_net { ($($item:item)*) => { $( #[cfg(feature = "net")] $item )* } }\n' +
        'cfg_net! { pub fn send() { prepare() } }\n' +
        'cfg_if! { if #[cfg(unix)] { fn prepare() {} } else { fn prepare() {} } }\nfn f() { prepare() }',
    );
    const calls = edges.filter((edge) => edge.startsWith('calls'));
    expect(calls).toHaveLength(2);
    expect(calls.every((edge) => edge.includes('cfg_if'))).toBe(true);
  });
});

describe('counts', () => {
  it('name the crate of external references and bind nothing by an equal name', async () => {
    const files = cutFiles(
      '//- Cargo.toml\n[package]\nname = "sample"\nedition = "2021"\n[dependencies]\nserde_json = "1"\n' +
        '//- src/lib.rs\nstruct S;\nimpl S { fn len(&self) {} fn get(&self) {} }\n' +
        'fn f(v: serde_json::Value, x: Vec<u8>) { v.get(); x.len(); unknown().len(); }\n',
    );
    const { edges, references } = await resolveText(files);
    expect(edges.filter(({ kind }) => kind === 'calls')).toEqual([]);
    const counts = references.find(({ key }) => key.endsWith('-f'));
    expect(counts).toEqual({
      key: 'src/lib.rs-_-f',
      unresolved_count: 2,
      external: [
        { crate: 'serde_json', name: 'Value', count: 1 },
        { crate: 'serde_json', name: 'Value::get', count: 1 },
        { crate: 'std', name: 'Vec', count: 1 },
        { crate: 'std', name: 'Vec::len', count: 1 },
      ],
    });
  });
});
