import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerb } from './support/run-verb.js';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

const LONG_MS = 300_000;
const FILES = `
//- /Cargo.toml
[package]
name = "typo"
version = "0.1.0"
edition = "2021"
//- /.gitignore
/target
/.parseltongue
//- /src/lib.rs
pub fn area(side: u32) -> u32 {
    sidde * side
}

#[cfg(test)]
mod tests {
    #[test]
    fn squares() {
        assert_eq!(super::area(2), 4);
    }
}
`;

describe('what becomes of a change', { timeout: LONG_MS }, () => {
  let repository: TestRepository;
  let id = '';

  beforeAll(async () => {
    repository = createRepository(FILES);
    const run = await runVerb(repository, ['fix', '--no-clippy', '--json']);
    expect(run.json().status, run.stdout).toBe('committed');
    id = run.json().runId as string;
  }, LONG_MS);
  afterAll(() => repository.remove());

  const readOutcomes = async (): Promise<unknown> =>
    (await runVerb(repository, ['cost', '--json'])).json().outcomes;

  it('is unknown at first', async () => {
    expect(await readOutcomes()).toMatchObject({ good: 0, bad: 0, needed: 100, by_cause: {} });
    const { stdout } = await runVerb(repository, ['cost']);
    expect(stdout).toContain('No outcome of a change is known; confidence stays uncalibrated below 100');
  });

  it('is bad once it is undone, and open again once that is taken back', async () => {
    expect((await runVerb(repository, ['undo'])).status).toBe(0);
    expect(await readOutcomes()).toMatchObject({ good: 0, bad: 1, by_cause: { undone: 1 } });
    expect((await runVerb(repository, ['undo'])).status).toBe(0);
    expect(await readOutcomes()).toMatchObject({ good: 0, bad: 0 });
  });

  it('is bad once git reverts its commit', async () => {
    repository.git('revert', '--no-edit', 'HEAD');
    expect(await readOutcomes()).toMatchObject({ good: 0, bad: 1, by_cause: { reverted: 1 } });
  });

  it('is what a person says of it', async () => {
    const unsaid = await runVerb(repository, ['runs', 'label', id]);
    expect([unsaid.status, unsaid.stderr]).toEqual([2, expect.stringContaining(`runs label ${id} good`)]);
    const said = await runVerb(repository, ['runs', 'label', id, 'good', '--why', 'it was right', '--json']);
    expect(said.json()).toMatchObject({
      contract: 'pt.cli.runs-label/1',
      outcome: { run_id: id, cause: 'labelled', verdict: 'good', note: 'it was right' },
    });
    expect(await readOutcomes()).toMatchObject({ good: 1, bad: 0, by_cause: { labelled: 1 } });
    const { stdout } = await runVerb(repository, ['status']);
    expect(stdout).toContain('Outcomes known: 1 (1 good, 0 bad); confidence stays uncalibrated below 100');
  });
});
