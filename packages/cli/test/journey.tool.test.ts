import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
  await keepRedUnmerged(run, commit);
}

/** Configured to merge what is green, the command line leaves a pull request with a red check as it is and says so. */
async function keepRedUnmerged(run: string, commit: string): Promise<void> {
  const answers: Record<string, unknown> = {
    'POST /repos/ada/apothecary/pulls': { html_url: 'https://forge.example/4', number: 4 },
    'GET /repos/ada/apothecary/pulls/4': {
      state: 'open',
      head: { sha: commit, repo: null },
      base: { repo: null },
    },
    [`GET /repos/ada/apothecary/commits/${commit}/check-runs`]: {
      total_count: 1,
      check_runs: [{ name: 'lint', status: 'completed', conclusion: 'failure' }],
    },
    [`GET /repos/ada/apothecary/commits/${commit}/status`]: { total_count: 0, statuses: [] },
  };
  const asked: string[] = [];
  const forge = createServer(({ method, url }, response) => {
    asked.push(`${method} ${url?.split('?')[0]}`);
    const answer = answers[asked.at(-1) ?? ''];
    response
      .writeHead(answer === undefined ? 404 : method === 'POST' ? 201 : 200)
      .end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => forge.listen(0, '127.0.0.1', resolve));
  const api = `http://127.0.0.1:${(forge.address() as AddressInfo).port}`;
  const args = ['pr', run, '--forge', 'rest', '--api-url', api, '--repository', 'ada/apothecary'];
  const env = { GITHUB_TOKEN: 'secret', PARSELTONGUE_PR_MERGE: 'when_green' };
  const { status, json } = await runVerb(repository, [...args, '--yes', '--json'], env);
  forge.close();
  const reason = 'these checks did not pass: lint. Mend that and verify again';
  expect([status, json().merge]).toEqual([1, { status: 'not_merged', reason }]);
  expect(asked.filter((call) => call.startsWith('PUT'))).toEqual([]);
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
