import { describe, expect, it } from 'vitest';
import { locateModules } from '../../src/languages/rust/resolve/index.js';

const manifest = (dir: string, text: string) => ({ path: `${dir}Cargo.toml`, text });

describe('the place of a file by convention', () => {
  const manifests = [
    manifest('', '[workspace]\nmembers = ["crates/*"]\n'),
    manifest('crates/core-lib/', '[package]\nname = "core-lib"\n'),
    manifest(
      'crates/tool/',
      '[package]\nname = "tool"\n[[bin]]\nname = "tool-cli"\npath = "src/cli.rs"\n[lib]\nname = "toolkit"\n',
    ),
  ];
  const paths = [
    'crates/core-lib/src/lib.rs',
    'crates/core-lib/src/parse.rs',
    'crates/core-lib/src/parse/lexer.rs',
    'crates/core-lib/src/net/mod.rs',
    'crates/core-lib/tests/smoke.rs',
    'crates/core-lib/tests/other.rs',
    'crates/core-lib/tests/common/mod.rs',
    'crates/core-lib/build.rs',
    'crates/tool/src/lib.rs',
    'crates/tool/src/cli.rs',
    'crates/tool/src/bin/extra/main.rs',
    'crates/tool/src/bin/extra/flags.rs',
    'scripts/loose.rs',
  ];

  it.each([
    ['crates/core-lib/src/lib.rs', 'core_lib', 'crate'],
    ['crates/core-lib/src/parse.rs', 'core_lib', 'crate::parse'],
    ['crates/core-lib/src/parse/lexer.rs', 'core_lib', 'crate::parse::lexer'],
    ['crates/core-lib/src/net/mod.rs', 'core_lib', 'crate::net'],
    ['crates/core-lib/tests/smoke.rs', 'smoke', 'crate'],
    ['crates/core-lib/build.rs', 'build_script_build', 'crate'],
    ['crates/tool/src/lib.rs', 'toolkit', 'crate'],
    ['crates/tool/src/cli.rs', 'tool_cli', 'crate'],
    ['crates/tool/src/bin/extra/main.rs', 'extra', 'crate'],
    ['crates/tool/src/bin/extra/flags.rs', 'extra', 'crate::flags'],
    ['scripts/loose.rs', null, null],
  ])('%s is %s %s', (path, crate, module_path) => {
    expect(locateModules(manifests, paths).get(path)).toEqual({ crate, module_path });
  });

  it('leaves a module that several tests share without a crate', () => {
    expect(locateModules(manifests, paths).get('crates/core-lib/tests/common/mod.rs')?.crate).toBeNull();
  });

  it('survives a manifest that is no TOML', () => {
    expect(locateModules([manifest('', '[package')], ['src/lib.rs']).get('src/lib.rs')).toEqual({
      crate: null,
      module_path: null,
    });
  });
});
