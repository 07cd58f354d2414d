import { locateAnalyzer } from '@parseltongue/preflight';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerb } from './support/run-verb.js';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

const LONG_MS = 300_000;
const environment = Object.fromEntries(
  Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
);
const found = await locateAnalyzer({ cwd: import.meta.dirname, env: environment });

const FILES = `
//- /Cargo.toml
[package]
name = "faults"
version = "0.1.0"
edition = "2021"
//- /.gitignore
/target
//- /src/lib.rs
pub struct Point {
    pub x: i32,
}

impl Clone for Point {}

pub fn twice(point: &Point) -> i32 {
    point.clone().x * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles() {
        assert_eq!(twice(&Point { x: 2 }), 4);
    }
}
`;

describe('fix where the compiler suggests nothing', { timeout: LONG_MS }, () => {
  let repository: TestRepository;

  beforeAll(() => {
    repository = createRepository(FILES);
  });
  afterAll(() => repository.remove());

  it('says that no analyzer was asked, and how it ended', async () => {
    const run = await runVerb(repository, ['fix', '--dry-run', '--json']);
    expect([run.status, run.json().status]).toEqual([1, 'rejected']);
    expect(run.json().reason).toContain('No quick fixes were asked for: rust-analyzer is switched off');
  });

  it.runIf(found.status === 'found')('takes the quick fix of rust-analyzer once the gates pass', async () => {
    const run = await runVerb(repository, ['fix', '--no-clippy', '--json'], {
      PARSELTONGUE_ANALYZER: 'true',
    });
    expect(run.json()).toMatchObject({ status: 'committed', label: null });
    expect(run.json().proposal.title).toBe('Apply 1 quick fix in 1 file (E0046)');
    expect(run.stderr).toContain('Implement missing members, by rust-analyzer');
    expect(repository.git('show', 'HEAD:src/lib.rs')).toContain('Self { x: self.x.clone() }');
  });
});
