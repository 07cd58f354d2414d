import { describe, expect, it } from 'vitest';
import { cutFiles, LIBRARY, resolveText } from './resolve-text.js';

async function callsIn(text: string): Promise<string[]> {
  const { edges } = await resolveText(cutFiles(text));
  return edges.filter(({ kind }) => kind === 'calls').map(({ from, to }) => `${from} -> ${to}`);
}

describe('the crate graph', { timeout: 120_000 }, () => {
  it('binds each package to the one its path leads to where two packages share a name', async () => {
    const user = (folder: string): string =>
      `//- ${folder}/user/Cargo.toml\n[package]\nname = "user-${folder}"\n[dependencies]\nshared = { path = "../shared" }\n` +
      `//- ${folder}/user/src/lib.rs\nfn f() { shared::run(); }\n` +
      `//- ${folder}/shared/Cargo.toml\n[package]\nname = "shared"\n` +
      `//- ${folder}/shared/src/lib.rs\npub fn run() {}\n`;
    expect(
      await callsIn(`//- Cargo.toml\n[workspace]\nmembers = ["*/user"]\n${user('one')}${user('two')}`),
    ).toEqual([
      'one/user/src/lib.rs-_-f -> one/shared/src/lib.rs-_-run',
      'two/user/src/lib.rs-_-f -> two/shared/src/lib.rs-_-run',
    ]);
  });

  it('never takes a package of the same name for one that comes from the registry', async () => {
    const text =
      '//- a/Cargo.toml\n[package]\nname = "a"\n[dependencies]\nshared = "1"\n' +
      '//- a/src/lib.rs\nfn f() { shared::run(); }\n' +
      '//- shared/Cargo.toml\n[package]\nname = "shared"\n//- shared/src/lib.rs\npub fn run() {}\n';
    const { edges, references } = await resolveText(cutFiles(text));
    expect(edges.filter(({ kind }) => kind === 'calls')).toEqual([]);
    expect(references).toContainEqual({
      key: 'a/src/lib.rs-_-f',
      unresolved_count: 0,
      external: [{ crate: 'shared', name: 'run', count: 1 }],
    });
  });

  it('comes to an end on module files that include each other', async () => {
    const text =
      `${LIBRARY}//- src/lib.rs\nmod a;\nfn root() { a::f(); }\n` +
      '//- src/a.rs\n#[path = "b.rs"]\nmod b;\npub fn f() { b::g(); }\n' +
      '//- src/b.rs\n#[path = "a.rs"]\nmod a;\npub fn g() { a::f(); }\n';
    expect(await callsIn(text)).toEqual([
      'src/a.rs-_-f -> src/b.rs-_-g',
      'src/b.rs-_-g -> src/a.rs-_-f',
      'src/lib.rs-_-root -> src/a.rs-_-f',
    ]);
  });

  it('comes to an end on a file that is its own module, on globs and on re-exports that go round', async () => {
    const text =
      `${LIBRARY}//- src/lib.rs\n#[path = "lib.rs"]\nmod me;\npub use self::x::*;\npub mod x { pub use crate::y::*; }\n` +
      'pub mod y { pub use crate::x::*; pub use crate::z; }\npub use self::z as z1;\nuse self::z1 as z;\nfn leaf() {}\nfn f() { me::leaf(); z(); }\n';
    expect(await callsIn(text)).toEqual(['src/lib.rs-_-f -> src/lib.rs-_-leaf']);
  });

  it('binds what does not need the file of a missing module and reports the module', async () => {
    const text = `${LIBRARY}//- src/lib.rs\nmod gone;\nmod here;\nfn f() { gone::g(); here::h(); }\n//- src/here.rs\npub fn h() {}\n`;
    const { edges, problems } = await resolveText(cutFiles(text));
    expect(edges.filter(({ kind }) => kind === 'calls').map(({ to }) => to)).toEqual(['src/here.rs-_-h']);
    expect(problems.filter(({ code }) => code === 'missing_module_file')).toHaveLength(1);
  });

  it('resolves a workspace with 500 members, each of which calls the one before', async () => {
    const members = Array.from({ length: 500 }, (_, index) => {
      const dependency =
        index === 0
          ? ''
          : `[dependencies]\nbefore = { path = "../m${index - 1}", package = "m${index - 1}" }\n`;
      const body = index === 0 ? '' : ' before::run(); ';
      return `//- crates/m${index}/Cargo.toml\n[package]\nname = "m${index}"\nedition = "2021"\n${dependency}//- crates/m${index}/src/lib.rs\npub fn run() {${body}}\n`;
    });
    const calls = await callsIn(`//- Cargo.toml\n[workspace]\nmembers = ["crates/*"]\n${members.join('')}`);
    expect(calls).toHaveLength(499);
    expect(calls).toContain('crates/m499/src/lib.rs-_-run -> crates/m498/src/lib.rs-_-run');
  });
});
