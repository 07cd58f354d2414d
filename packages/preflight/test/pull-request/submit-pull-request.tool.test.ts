import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import type { GateReport, Proposal } from '@parseltongue/isg-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyProposal } from '../../src/apply/index.js';
import { commitChange } from '../../src/git/index.js';
import { type Forge, PreflightError, submitPullRequest } from '../../src/index.js';
import { createProposal, createReport, createRepository, type Repository } from '../apply/repository.js';

const SLOW = 60_000;
const STORY = { plan: { tasks: [1] }, impact: 'One caller.', risk: 'Low.', cost: { input_tokens: 12 } };

let repository: Repository;
let proposal: Proposal;
let report: GateReport;
let base: string;

beforeEach(async () => {
  repository = createRepository({ 'src/lib.rs': 'one\n' });
  base = join(repository.root, '..');
  repository.git('init', '-q', '--bare', join(base, 'remote.git'));
  repository.git('remote', 'add', 'origin', join(base, 'remote.git'));
  proposal = createProposal(repository.root, { 'src/lib.rs': 'two\n' }, 'fix: two | not one');
  report = await createReport(repository.context, proposal);
  const verify = () => Promise.resolve({ ok: true, detail: 'green' });
  await applyProposal(repository.context, { proposal, report, verify });
  await commitChange(repository.context, { proposal, report, runId: 'run-7' });
}, SLOW);

afterEach(() => repository[Symbol.dispose]());

function submit(changes: Partial<Parameters<typeof submitPullRequest>[1]> = {}) {
  return submitPullRequest(repository.context, {
    proposal,
    report,
    runId: 'run-7',
    story: STORY,
    bundleDir: join(base, 'bundle'),
    branch: 'parseltongue/run-7',
    base: 'main',
    forge: null,
    ...changes,
  });
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(PreflightError.isInstance(error)).toBe(true);
  return PreflightError.isInstance(error) ? `${error.code} ${error.message}` : '';
}

function remoteBranches(): string {
  return repository.git('ls-remote', '--heads', 'origin');
}

/** A forge that remembers what it was asked and answers with the statuses given, in turn. */
async function openForge(answers: { status: number; json: unknown }[]) {
  const asked: { method: string; url: string; token: string; body: Record<string, unknown> }[] = [];
  const server: Server = createServer((request, response) => {
    void readBody(request).then((text) => {
      const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
      const { method = '', url = '', headers } = request;
      asked.push({ method, url, token: headers.authorization ?? '', body });
      const answer = answers.shift() ?? { status: 500, json: {} };
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.json));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const forge: Forge = {
    kind: 'rest',
    apiUrl: `http://127.0.0.1:${port}`,
    repository: 'ada/shop',
    token: 'secret-token',
  };
  return { forge, asked, [Symbol.dispose]: () => void server.close() };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

const PULL = { html_url: 'https://forge.example/ada/shop/pull/4', number: 4 };

describe('submitPullRequest', { timeout: SLOW }, () => {
  it('pushes the verified commit, bundles the proof and opens a draft', async () => {
    using forge = await openForge([{ status: 201, json: PULL }]);
    const outcome = await submit({ forge: forge.forge });
    expect(outcome.pullRequest).toEqual({ url: PULL.html_url, number: 4 });
    expect(remoteBranches()).toBe(`${outcome.commit}\trefs/heads/parseltongue/run-7\n`);
    expect(forge.asked).toMatchObject([
      {
        method: 'POST',
        url: '/repos/ada/shop/pulls',
        token: 'Bearer secret-token',
        body: { draft: true, head: 'parseltongue/run-7', base: 'main', title: 'fix: two | not one' },
      },
    ]);
    const read = (name: string): string => readFileSync(join(outcome.bundle.dir, name), 'utf8');
    expect(read('change.diff')).toContain('+two');
    expect(JSON.parse(read('plan.json'))).toEqual(STORY.plan);
    expect(JSON.parse(read('receipts.json'))).toEqual(report);
    expect(read('summary.md')).toContain(report.receipt_hash);
    for (const part of ['One caller.', 'Low.', '| input_tokens | 12 |', '| T3 T3 | passed |'])
      expect(read('summary.md')).toContain(part);
  });

  it('answers the open pull request when it is asked again', async () => {
    const taken = { status: 422, json: { message: 'A pull request already exists' } };
    using forge = await openForge([taken, { status: 200, json: [PULL] }]);
    const outcome = await submit({ forge: forge.forge });
    expect(outcome.pullRequest?.number).toBe(4);
    expect(forge.asked[1]?.url).toContain('head=ada%3Aparseltongue%2Frun-7');
  });

  it('opens the draft by the command line of the forge', async () => {
    mkdirSync(join(base, 'bin'));
    const gh = `#!/bin/sh\nprintf '%s\\n' "$@" > ${join(base, 'args')}\ncat > ${join(base, 'body')}\necho https://github.com/ada/shop/pull/9\n`;
    writeFileSync(join(base, 'bin', 'gh'), gh);
    chmodSync(join(base, 'bin', 'gh'), 0o755);
    const { context } = repository;
    const env = { ...context.env, PATH: `${join(base, 'bin')}:${context.env['PATH'] ?? ''}` };
    repository.context = { ...context, env };
    const outcome = await submit({ forge: { kind: 'gh' } });
    expect(outcome.pullRequest).toEqual({ url: 'https://github.com/ada/shop/pull/9', number: 9 });
    const args = readFileSync(join(base, 'args'), 'utf8').split('\n');
    expect(args.slice(0, 3)).toEqual(['pr', 'create', '--draft']);
    expect(readFileSync(join(base, 'body'), 'utf8')).toBe(outcome.bundle.summary);
  });

  it('says what the forge said, without the token, and keeps bundle and branch', async () => {
    using forge = await openForge([{ status: 403, json: { message: 'no rights' } }]);
    const refusal = await refusalOf(submit({ forge: forge.forge }));
    expect(refusal).toContain('PT_PREFLIGHT_PULL_REQUEST_FAILED');
    expect(refusal).toContain('403: no rights');
    expect(refusal).not.toContain('secret-token');
    expect(remoteBranches()).toContain('parseltongue/run-7');
  });

  it('sends no token in the clear to another machine', async () => {
    const forge: Forge = { kind: 'rest', apiUrl: 'http://forge.example', repository: 'ada/shop', token: 'x' };
    expect(await refusalOf(submit({ forge }))).toContain('not reached by https');
  });

  it('refuses what is red or whose receipts were edited', async () => {
    const [first, ...others] = report.receipts;
    if (first === undefined) throw new Error('no receipt');
    const red = { ...report, receipts: [{ ...first, verdict: 'failed' as const }, ...others] };
    expect(await refusalOf(submit({ report: red }))).toContain('PT_PREFLIGHT_NO_RECEIPT');
    const edited = { ...report, receipts: [{ ...first, ms: 5 }, ...others] };
    expect(await refusalOf(submit({ report: edited }))).toContain('PT_PREFLIGHT_NO_RECEIPT');
    expect(remoteBranches()).toBe('');
  });

  it('refuses a dirty tree, a commit without the receipt and a commit on top', async () => {
    repository.write('notes.txt', 'mine\n');
    expect(await refusalOf(submit())).toContain('in no commit (notes.txt)');
    repository.git('add', '-A');
    repository.git('commit', '-qm', 'mine');
    expect(await refusalOf(submit())).toContain('does not name this run');
    expect(remoteBranches()).toBe('');
  });

  it('refuses a tree the gates did not judge even when the commit claims it', async () => {
    repository.write('src/lib.rs', 'three\n');
    const trailers = `Parseltongue-Run: run-7\nParseltongue-Receipt: ${report.receipt_hash}`;
    repository.git('commit', '-qam', `fix: three\n\n${trailers}`);
    expect(await refusalOf(submit())).toContain('not the one the gates judged');
  });

  it('refuses the base branch, a bad name and an unknown remote', async () => {
    expect(await refusalOf(submit({ branch: 'main' }))).toContain('without review');
    expect(await refusalOf(submit({ branch: 'a..b' }))).toContain('no name for a branch');
    expect(await refusalOf(submit({ remote: 'nowhere' }))).toContain('git remote add');
  });

  it('never forces: a branch that holds something else is left as it is', async () => {
    repository.git('push', '-q', 'origin', 'HEAD~1:refs/heads/parseltongue/run-7');
    repository.git('checkout', '-q', '-b', 'side', 'HEAD~1');
    repository.git('commit', '-q', '--allow-empty', '-m', 'other');
    repository.git('push', '-q', 'origin', 'side:refs/heads/parseltongue/run-7');
    repository.git('checkout', '-q', 'main');
    const before = remoteBranches();
    expect(await refusalOf(submit())).toContain('git push to origin was refused');
    expect(remoteBranches()).toBe(before);
  });
});
