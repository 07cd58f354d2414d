import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runVerb } from './support/run-verb.js';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

const LONG_MS = 300_000;
const BROKEN = `pub fn double(x: u32) -> u32 {
    x + 1
}
`;
const UNIT_TEST = `
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_doubles_to_two() {
        assert_eq!(double(1), 2);
    }
}
`;

interface Layout {
  files: string;
  /** The file with the bug. */
  source: string;
  /** The answer's block that adds a failing test. */
  test: string;
}

const manifest = (name: string, rest = '') =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n${rest}`;
const unitTest = (source: string) =>
  `CREATE after ${source}-tests-one_doubles_to_two\n\`\`\`rust\n#[test]\nfn three_doubles_to_six() {\n    assert_eq!(double(3), 6);\n}\n\`\`\`\n`;
const integrationTest = (path: string, crate: string) =>
  `CREATE ${path}\n\`\`\`rust\n#[test]\nfn three_doubles_to_six() {\n    assert_eq!(${crate}::double(3), 6);\n}\n\`\`\`\n`;

const LAYOUTS: Record<string, Layout> = {
  'one package': {
    files: `//- /Cargo.toml\n${manifest('one')}//- /src/lib.rs\n${BROKEN}${UNIT_TEST}`,
    source: 'src/lib.rs',
    test: unitTest('src/lib.rs'),
  },
  'a virtual workspace': {
    files: `//- /Cargo.toml\n[workspace]\nresolver = "2"\nmembers = ["crates/*"]\n//- /crates/sum/Cargo.toml\n${manifest('sum')}//- /crates/sum/src/lib.rs\n${BROKEN}${UNIT_TEST}//- /crates/app/Cargo.toml\n${manifest('app', '[dependencies]\nsum = { path = "../sum" }\n')}//- /crates/app/src/main.rs\nfn main() {\n    println!("{}", sum::double(2));\n}\n`,
    source: 'crates/sum/src/lib.rs',
    test: integrationTest('crates/sum/tests/doubling.rs', 'sum'),
  },
  'a package that is the root of a workspace': {
    files: `//- /Cargo.toml\n${manifest('root', '[workspace]\nmembers = ["part"]\n[dependencies]\npart = { path = "part" }\n')}//- /src/lib.rs\npub use part::double;\n//- /part/Cargo.toml\n${manifest('part')}//- /part/src/lib.rs\n${BROKEN}${UNIT_TEST}`,
    source: 'part/src/lib.rs',
    test: unitTest('part/src/lib.rs'),
  },
  'code behind a default feature': {
    files: `//- /Cargo.toml\n${manifest('gated', '[features]\ndefault = ["extra"]\nextra = []\n')}//- /src/lib.rs\n#[cfg(feature = "extra")]\nmod extra;\n#[cfg(feature = "extra")]\npub use extra::double;\n//- /src/extra.rs\n${BROKEN}${UNIT_TEST}`,
    source: 'src/extra.rs',
    test: unitTest('src/extra.rs'),
  },
  'a path dependency outside the workspace': {
    files: `//- /Cargo.toml\n${manifest('app', '[workspace]\nexclude = ["vendor"]\n[dependencies]\nbase = { path = "vendor/base" }\n')}//- /src/lib.rs\npub fn double(x: u32) -> u32 {\n    base::add(x, 1)\n}\n${UNIT_TEST}//- /vendor/base/Cargo.toml\n${manifest('base')}//- /vendor/base/src/lib.rs\npub fn add(a: u32, b: u32) -> u32 {\n    a + b\n}\n`,
    source: 'src/lib.rs',
    test: unitTest('src/lib.rs'),
  },
  'a library at a path of its own': {
    files: `//- /Cargo.toml\n${manifest('odd', '[lib]\npath = "code/odd.rs"\n')}//- /code/odd.rs\n${BROKEN}${UNIT_TEST}`,
    source: 'code/odd.rs',
    test: integrationTest('tests/doubling.rs', 'odd'),
  },
};

/** What a run makes of a recorded answer of blocks. */
async function answerBug(repository: TestRepository, blocks: string): Promise<Record<string, any>> {
  const script = join(dirname(repository.root), 'reasoner.mjs');
  writeFileSync(
    script,
    `process.stdin.resume().on('end', () => process.stdout.write(${JSON.stringify(blocks)}));`,
  );
  const args = ['--kind', 'bug', '--dry-run', '--json', '--no-daemon', '--reasoner', 'command'];
  const run = await runVerb(repository, [
    'change',
    'Doubling is wrong',
    ...args,
    '--exec',
    process.execPath,
    script,
  ]);
  return run.json();
}

describe('a bug is reproduced before it counts as repaired', () => {
  it.each(Object.entries(LAYOUTS))(
    'in %s',
    async (_name, layout) => {
      const repository = createRepository(`//- /.gitignore\n/target\n${layout.files}`);
      try {
        const fixed = `EDIT ${layout.source}-_-double\n\`\`\`rust\npub fn double(x: u32) -> u32 {\n    x * 2\n}\n\`\`\`\n`;
        const outcome = await answerBug(repository, `${fixed}\n${layout.test}`);
        expect(outcome).toMatchObject({ status: 'verified', label: 'reproduced' });
      } finally {
        repository.remove();
      }
    },
    LONG_MS,
  );
});
