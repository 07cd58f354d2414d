import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GateReport, Proposal } from '@parseltongue/isg-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyProposal } from '../../src/apply/index.js';
import { commitChange } from '../../src/git/index.js';
import { type Forge, type MergeOutcome, submitPullRequest } from '../../src/index.js';
import { createProposal, createReport, createRepository, type Repository } from '../apply/repository.js';
import { type ForgeDouble, openForgeDouble } from '../support/forge-double.js';

const SLOW = 60_000;
const STORY = { plan: {}, impact: '', risk: '', cost: {} };
const PASSED = { name: 'build', status: 'completed', conclusion: 'success' };
const RUNNING = { name: 'build', status: 'in_progress', conclusion: null };

let repository: Repository;
let proposal: Proposal;
let report: GateReport;
let commit: string;
let double: ForgeDouble;
let waits: string[];

beforeEach(async () => {
  repository = createRepository({ 'src/lib.rs': 'one\n' });
  const remote = join(repository.root, '../remote.git');
  repository.git('init', '-q', '--bare', remote);
  repository.git('remote', 'add', 'origin', remote);
  repository.git('push', '-q', 'origin', 'HEAD:refs/heads/main');
  proposal = createProposal(repository.root, { 'src/lib.rs': 'two\n' }, 'fix: two');
  report = await createReport(repository.context, proposal);
  const verify = () => Promise.resolve({ ok: true, detail: 'green' });
  await applyProposal(repository.context, { proposal, report, verify });
  await commitChange(repository.context, { proposal, report, runId: 'run-7' });
  commit = repository.git('rev-parse', 'HEAD').trim();
  double = await openForgeDouble();
  double.facts.head = commit;
  waits = [];
}, SLOW);

afterEach(() => {
  double[Symbol.dispose]();
  repository[Symbol.dispose]();
});

async function merge(
  wish: { deadlineMs?: number; method?: 'merge' | 'squash' | 'rebase' } = {},
  forge: Forge | null = double.forge,
): Promise<MergeOutcome | null> {
  const done = await submitPullRequest(repository.context, {
    proposal,
    report,
    runId: 'run-7',
    story: STORY,
    bundleDir: join(repository.root, '../bundle'),
    branch: 'parseltongue/run-7',
    base: 'main',
    forge,
    merge: { method: 'merge', deadlineMs: 30_000, pollMs: 1, onWait: (says) => waits.push(says), ...wish },
  });
  return done.merge;
}

/** Changes the facts when the pull request is looked at for the given time. */
function atLook(number: number, change: () => void): void {
  let looks = 0;
  double.onCall = ({ method, url }) => {
    if (method === 'GET' && url.endsWith('/pulls/4')) looks += 1;
    if (looks === number) change();
  };
}

const merges = () => double.heard.filter(({ method }) => method === 'PUT');

describe('a pull request that is to be merged when green', { timeout: SLOW }, () => {
  it('waits for the checks, leaves the draft and merges exactly the verified commit', async () => {
    double.facts.runs = [RUNNING, { name: 'docs', status: 'completed', conclusion: 'skipped' }];
    double.facts.statuses = [{ context: 'ci/old', state: 'pending' }];
    atLook(3, () => {
      double.facts.runs = [PASSED];
      double.facts.statuses = [{ context: 'ci/old', state: 'success' }];
    });
    expect(await merge({ method: 'squash' })).toEqual({
      status: 'merged',
      says: '2 of 2 checks passed',
    });
    expect(merges().map(({ body }) => body)).toEqual([{ merge_method: 'squash', sha: commit }]);
    expect(double.facts.isDraft).toBe(false);
    expect(waits[0]).toBe('these checks still run: build, ci/old');
  });

  it('is not merged when a check did not pass, and stays a draft', async () => {
    for (const conclusion of ['failure', 'cancelled', 'timed_out', 'action_required', 'stale', 'new-word']) {
      double.facts.runs = [PASSED, { name: 'lint', status: 'completed', conclusion }];
      expect(await merge()).toEqual({
        status: 'not_merged',
        reason: 'these checks did not pass: lint. Mend that and verify again',
      });
    }
    expect([merges(), double.facts.isDraft]).toEqual([[], true]);
  });

  it('is not merged without any check, nor with skipped ones alone, once the time is over', async () => {
    const skipped = { name: 'docs', status: 'completed', conclusion: 'neutral' };
    for (const [runs, says] of [
      [[], 'reports no check'],
      [[skipped], 'skipped every check'],
    ] as const) {
      double.facts.runs = [...runs];
      const outcome = await merge({ deadlineMs: 50 });
      expect(outcome).toMatchObject({ status: 'not_merged', reason: expect.stringContaining(says) });
    }
    expect(merges()).toEqual([]);
  });

  it('looks twice, because a check may be reported late', async () => {
    Object.assign(double.facts, { runs: [PASSED], isDraft: false });
    atLook(2, () => {
      double.facts.runs = [PASSED, { name: 'lint', status: 'completed', conclusion: 'failure' }];
    });
    expect(await merge()).toMatchObject({ status: 'not_merged' });
    expect(merges()).toEqual([]);
  });

  it('counts checks beyond the first page', async () => {
    double.facts.runs = Array.from({ length: 130 }, (_, index) => ({ ...PASSED, name: `build ${index}` }));
    double.facts.runs[129] = { name: 'last', status: 'completed', conclusion: 'failure' };
    expect(await merge()).toMatchObject({ reason: expect.stringContaining('did not pass: last') });
  });

  it('is not merged when somebody pushed to its branch', async () => {
    Object.assign(double.facts, { runs: [PASSED], head: 'a'.repeat(40) });
    expect(await merge()).toMatchObject({ reason: expect.stringContaining('not the verified commit') });
  });

  it('waits for a forge that has not noticed the push yet', async () => {
    double.facts.runs = [PASSED];
    double.facts.head = repository.git('rev-parse', 'HEAD~1').trim();
    atLook(2, () => {
      double.facts.head = commit;
    });
    expect(await merge()).toMatchObject({ status: 'merged' });
    expect(waits[0]).toBe('the forge does not show the pushed commit yet');
  });

  it('is not merged when its base has commits that were not verified with it', async () => {
    double.facts.runs = [PASSED];
    repository.git('checkout', '-q', '-b', 'other', 'HEAD~1');
    repository.git('commit', '-q', '--allow-empty', '-m', 'other');
    repository.git('push', '-q', 'origin', 'other:main');
    repository.git('checkout', '-q', 'main');
    const outcome = await merge();
    expect(outcome).toMatchObject({
      reason: expect.stringMatching(/^main has moved on to .* verify again$/),
    });
    expect(merges()).toEqual([]);
  });

  it('is not merged when it was closed, comes from a fork or has no forge', async () => {
    double.facts.runs = [PASSED];
    double.facts.state = 'closed';
    expect(await merge()).toMatchObject({ reason: expect.stringContaining('it was closed') });
    Object.assign(double.facts, { state: 'open', fork: true });
    expect(await merge()).toMatchObject({ reason: expect.stringContaining('comes from a fork') });
    expect(await merge({}, null)).toMatchObject({ reason: expect.stringContaining('no pull request') });
  });

  it('says what the forge said when it refuses the merge', async () => {
    double.facts.runs = [PASSED];
    double.facts.refusesMerge = { status: 405, message: 'At least 1 approving review is required' };
    const outcome = await merge();
    expect(outcome).toMatchObject({
      status: 'not_merged',
      reason: expect.stringContaining('405: At least 1 approving review is required'),
    });
  });

  it('asks again where the forge has a bad moment, and not where it has no right to look', async () => {
    double.facts.runs = [PASSED];
    double.onCall = ({ url }) => {
      if (url.endsWith('/pulls/4') && double.heard.length === 2) double.facts.failures = [502];
    };
    expect(await merge()).toMatchObject({ status: 'merged' });
    expect(waits[0]).toContain('answered 502');
    double.onCall = ({ url }) => {
      if (url.includes('check-runs')) double.facts.failures = [403];
    };
    double.facts.isMerged = false;
    expect(await merge()).toMatchObject({
      reason: expect.stringMatching(/^the checks cannot be read: .*403/),
    });
  });

  it('goes through the command line of the forge as well', async () => {
    const bin = join(repository.root, '../bin');
    mkdirSync(bin);
    const state = join(bin, 'merged');
    const view = `{"state":"'"$([ -e ${state} ] && echo MERGED || echo OPEN)"'","isDraft":'"$([ -e ${bin}/ready ] && echo false || echo true)"',"isCrossRepository":false,"headRefOid":"${commit}","statusCheckRollup":[{"__typename":"CheckRun","name":"build","status":"COMPLETED","conclusion":"SUCCESS"},{"__typename":"StatusContext","context":"ci","state":"SUCCESS"}]}`;
    const program = [
      '#!/bin/sh',
      `printf '%s\\n' "$*" >> ${bin}/asked`,
      'cat > /dev/null',
      'case "$2" in',
      'create) echo https://github.com/ada/shop/pull/9;;',
      `view) printf '%s' '${view}';;`,
      `ready) touch ${bin}/ready;;`,
      `merge) touch ${state};;`,
      'esac',
    ];
    writeFileSync(join(bin, 'gh'), `${program.join('\n')}\n`);
    chmodSync(join(bin, 'gh'), 0o755);
    const { context } = repository;
    repository.context = {
      ...context,
      env: { ...context.env, PATH: `${bin}:${context.env['PATH'] ?? ''}` },
    };
    expect(await merge({ method: 'rebase' }, { kind: 'gh' })).toEqual({
      status: 'merged',
      says: '2 of 2 checks passed',
    });
    const asked = readFileSync(join(bin, 'asked'), 'utf8');
    expect(asked).toContain(
      `pr merge https://github.com/ada/shop/pull/9 --rebase --match-head-commit ${commit}\n`,
    );
  });
});
