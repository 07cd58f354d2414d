import { describe, expect, it } from 'vitest';
import { openChunker } from '../../../src/index.js';
import { openRepository } from '../../support/temporary-repository.js';

async function keysOf(text: string): Promise<string[]> {
  using repository = openRepository();
  await using chunker = await openChunker(repository.root);
  const { rows } = await chunker.chunkFile({ path: 'a.rs', text });
  return rows.slice(1).map((row) => row.isgl1_key.slice('a.rs-'.length));
}

describe('keys', () => {
  it('name members after the type and the trait of their impl', async () => {
    expect(await keysOf('impl Display for Parser { fn fmt() {} }\nimpl Parser { fn parse() {} }')).toEqual([
      '_-Display@Parser',
      'Display@Parser-fmt',
      '_-@Parser',
      'Parser-parse',
    ]);
  });

  it('keep generics, paths and lifetimes as written but for spaces', async () => {
    expect(await keysOf("impl < 'a , T > fmt :: Display for & 'a  mut Foo < 'a , T > {}")).toEqual([
      "_-fmt::Display@&'a%20mut%20Foo<'a,T>",
    ]);
    expect(await keysOf('impl !Send for dyn Any {}')).toEqual(['_-!Send@dyn%20Any']);
    expect(await keysOf('impl A for fn(u8) -> u8 {}')).toEqual(['_-A@fn(u8)%2D>u8']);
  });

  it('of anonymous items do not change when another one is added', async () => {
    const [first, , constant] = await keysOf(
      'call!(one);\ncall!(two);\nconst _: () = check(1);\nconst _: () = check(2);',
    );
    expect(await keysOf('call!(one);')).toEqual([first]);
    expect((await keysOf('const _: () = check(1);')).length).toBe(1);
    expect((await keysOf('const _: () = check(1);'))[0]).toBe(constant);
  });

  it('of twins do not change when other items are edited, added or moved', async () => {
    const twins = '#[cfg(unix)]\nfn open() {}\n#[cfg(windows)]\nfn open() {}\n';
    const keys = await keysOf(twins);
    expect(keys).toEqual(['_-open~unix', '_-open~windows']);
    expect((await keysOf(`fn other() {}\n${twins}`)).slice(1)).toEqual(keys);
    expect(await keysOf(twins.replaceAll('{}', '{ body(); }'))).toEqual(keys);
  });

  it('of one twin keep the name when the other goes', async () => {
    expect(await keysOf('#[cfg(unix)]\nfn open() {}')).toEqual(['_-open']);
  });

  it('are unique for any number of equal items', async () => {
    const keys = await keysOf('fn a() {}\n'.repeat(5));
    expect(new Set(keys).size).toBe(5);
    expect(keys.slice(0, 2)).toEqual(['_-a', '_-a~#2']);
  });

  it('never equal the key of the file', async () => {
    expect(await keysOf('const _: () = ();')).not.toContain('_-_');
  });

  it('name raw identifiers without their mark', async () => {
    expect(await keysOf('fn r#type() {}\nmod r#mod { fn a() {} }')).toEqual(['_-type', '_-mod', 'mod-a']);
  });
});
