import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerb } from './support/run-verb.js';
import { commitAll, openRepository, type TestRepository } from './support/tiny-workspace.js';

const EXAMPLE = fileURLToPath(new URL('../../../examples/apothecary', import.meta.url));
const LONG_MS = 600_000;

let repository: TestRepository;

beforeAll(() => {
  repository = openRepository(mkdtempSync(join(tmpdir(), 'parseltongue-journey-')));
  cpSync(EXAMPLE, repository.root, {
    recursive: true,
    filter: (path) => !/[\\/](target|\.parseltongue)$/.test(path),
  });
  commitAll(repository);
});
afterAll(() => repository.remove());

/** The commit goes to a remote beside the repository, after a yes and not before. */
async function publish(run: string, commit: string): Promise<void> {
  const remote = join(repository.root, '..', 'remote.git');
  repository.git('init', '--quiet', '--bare', remote);
  repository.git('remote', 'add', 'origin', remote);
  const asked = await runVerb(repository, ['pr', run, '--forge', 'none', '--branch', 'repaired']);
  expect([asked.status, asked.stderr]).toEqual([1, expect.stringContaining('PT_CLI_NOT_PUBLISHED')]);
  const args = ['pr', run.slice(0, 20), '--forge', 'none', '--branch', 'repaired', '--yes', '--json'];
  const { json } = await runVerb(repository, args);
  expect(json()).toMatchObject({ contract: 'pt.cli.pr/1', commit, branch: 'repaired', pull_request: null });
  expect(repository.git('ls-remote', 'origin', 'repaired')).toContain(commit);
}

describe('the whole loop on the example', () => {
  it(
    'fix repairs every fault, commits, and leaves a green workspace with its graph in step',
    async () => {
      const { status, stdout, stderr } = await runVerb(repository, ['fix', '--json']);
      expect(stderr).toMatch(/T5 passed/);
      const outcome = JSON.parse(stdout) as Record<string, any>;
      expect([status, outcome.status]).toEqual([0, 'committed']);
      expect(outcome.report.receipts.map(({ gate, verdict }: any) => `${gate} ${verdict}`)).toEqual([
        'T0 passed',
        'T1 passed',
        'T2 not_run',
        'T3 passed',
        'T4 passed',
        'T5 passed',
      ]);
      expect(outcome.proposal.rows.length).toBeGreaterThan(8);
      expect(repository.git('status', '--porcelain')).toBe('');
      expect(repository.git('log', '-1', '--format=%H').trim()).toBe(outcome.commit);
      const tests = execFileSync('cargo', ['test', '--workspace', '--offline'], {
        cwd: repository.root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      expect(tests).not.toMatch(/FAILED/);
      await publish(outcome.runId as string, outcome.commit as string);
      const again = await runVerb(repository, ['fix', '--json']);
      expect(again.json().status).toBe('nothing_to_do');
    },
    LONG_MS,
  );
});
