import { describe, expect, it } from 'vitest';
import { readRun, resumeRun, runFix } from '../src/index.js';
import {
  createError,
  createEventTrace,
  createFakeWorld,
  type Tree,
  writeChanges,
} from './fakes/fake-world.js';

const LIB = 'src/lib.rs';
const BROKEN = 'pub fn area() -> u32 {\n    sidde()\n}\npub fn side() -> u32 {\n    2\n}\n';
const FIXED = BROKEN.replace('sidde', 'side');

function diagnoseTypo(tree: Tree) {
  const text = tree.get(LIB) ?? '';
  const at = text.indexOf('sidde');
  if (at === -1) return {};
  const error = createError({
    message: 'cannot find `sidde`',
    path: LIB,
    at: [at, at + 5],
    replacement: 'side',
  });
  return {
    build_ok: false,
    diagnostics: [
      {
        ...error,
        suggestions: error.suggestions.map((s) => ({ ...s, applicability: 'MaybeIncorrect' as const })),
      },
    ],
  };
}

describe('runFix', () => {
  it('repairs, verifies, applies, commits and promotes, in that order', async () => {
    const world = createFakeWorld({ files: { [LIB]: BROKEN }, diagnose: diagnoseTypo });
    const trace = createEventTrace();
    const outcome = await runFix(world.ports, { runId: 'r1', onEvent: trace.onEvent });
    expect(outcome.status).toBe('committed');
    expect(world.tree.get(LIB)).toBe(FIXED);
    expect(world.counts).toMatchObject({ verify: 1, apply: 1, commit: 1, promote: 1 });
    expect(world.commits[0]?.message).toBe(
      'Apply 1 compiler suggestion in 1 file (E0425)\n\n- Edit src/lib.rs-_-area\n',
    );
    expect(world.rows.get(LIB)?.find((row) => row.name === 'area')?.current_code).toContain('side()');
    expect(trace.types()).toEqual([
      'run-started',
      'stage-started',
      'stage-started',
      'edits-proposed',
      'rows-proposed',
      'stage-started',
      'gate-ended',
      'gate-ended',
      'gate-ended',
      'gate-ended',
      'gate-ended',
      'stage-ended',
      'decision-made',
      'apply-started',
      'apply-ended',
      'commit-created',
      'graph-promoted',
      'run-ended',
    ]);
    expect(trace.events.map(({ seq }) => seq)).toEqual(trace.events.map((_, i) => i + 1));
  });

  it('writes nothing in a dry run and applies it when asked later', async () => {
    const world = createFakeWorld({ files: { [LIB]: BROKEN }, diagnose: diagnoseTypo });
    const dry = await runFix(world.ports, { runId: 'r1', dryRun: true });
    expect(dry.status).toBe('verified');
    expect(world.tree.get(LIB)).toBe(BROKEN);
    expect(world.plans.get('r1')).toHaveLength(1);
    expect((await resumeRun(world.ports, 'r1')).status).toBe('verified');
    expect(world.counts.apply).toBe(0);
    expect((await resumeRun(world.ports, 'r1', { apply: true })).status).toBe('committed');
    expect(world.tree.get(LIB)).toBe(FIXED);
    expect(world.counts).toMatchObject({ verify: 1, apply: 1, commit: 1 });
  });

  it('verifies again when the tree moved between a dry run and its application', async () => {
    const world = createFakeWorld({ files: { [LIB]: BROKEN }, diagnose: diagnoseTypo });
    await runFix(world.ports, { runId: 'r1', dryRun: true });
    world.tree.set('src/other.rs', '// new\n');
    expect((await resumeRun(world.ports, 'r1', { apply: true })).status).toBe('committed');
    expect(world.counts).toMatchObject({ verify: 2, apply: 1 });
  });

  it.each([
    ['reports it missing', { clippy: { status: 'not_run' as const, reason: 'clippy is not installed' } }],
    ['cannot start it', { environment_problem: 'clippy is not installed' }],
  ])('keeps the fixes when asked for clippy and the tool %s', async (_name, said) => {
    const world = createFakeWorld({
      files: { [LIB]: BROKEN },
      diagnose: (tree, options) => (options.clippy === true ? said : diagnoseTypo(tree)),
    });
    const trace = createEventTrace();
    const outcome = await runFix(world.ports, { runId: 'r1', clippy: true, onEvent: trace.onEvent });
    expect(outcome.status).toBe('committed');
    const proposed = trace.events.find(({ type }) => type === 'edits-proposed');
    expect(proposed?.payload.notes).toEqual(['clippy did not run: clippy is not installed']);
  });

  it('has nothing to do on a clean build', async () => {
    const world = createFakeWorld({ files: { [LIB]: FIXED } });
    const outcome = await runFix(world.ports, { runId: 'r1' });
    expect(outcome).toMatchObject({ status: 'nothing_to_do', proposal: null, report: null, commit: null });
    expect(outcome.decision?.rule_id).toBe('nothing-to-do');
  });

  it('leaves a tree whose errors have no suggestion alone', async () => {
    const error = createError({ message: 'no idea', path: LIB, at: [0, 1] });
    const world = createFakeWorld({
      files: { [LIB]: BROKEN },
      diagnose: () => ({ build_ok: false, diagnostics: [error] }),
    });
    const outcome = await runFix(world.ports, { runId: 'r1' });
    expect(outcome).toMatchObject({ status: 'rejected', proposal: null });
    expect(outcome.reason).toContain('E0425: no idea');
    expect(world.counts).toMatchObject({ diagnose: 1, apply: 0 });
  });

  it('ends as failed when nothing can be built', async () => {
    const world = createFakeWorld({
      files: { [LIB]: BROKEN },
      diagnose: () => ({ build_ok: false, environment_problem: 'cargo is not installed' }),
    });
    const outcome = await runFix(world.ports, { runId: 'r1' });
    expect(outcome.status).toBe('failed');
    expect(outcome.reason).toBe('environment-broken: cargo is not installed');
  });

  it('never applies what the gates reject and does not verify one proposal twice', async () => {
    const world = createFakeWorld({
      files: { [LIB]: BROKEN },
      diagnose: diagnoseTypo,
      judge: () => 'failed',
    });
    const outcome = await runFix(world.ports, { runId: 'r1' });
    expect(outcome.status).toBe('rejected');
    expect(outcome.attempts.map(({ strategy }) => strategy)).toHaveLength(3);
    expect(new Set(outcome.attempts.map(({ fingerprint }) => fingerprint)).size).toBe(3);
    expect(world.counts).toMatchObject({ verify: 1, apply: 0, commit: 0 });
    expect(world.tree.get(LIB)).toBe(BROKEN);
    expect(world.plans.size).toBe(0);
  });

  it('leaves warnings out once they cost a test', async () => {
    const withWarning = `${BROKEN}// warn\n`;
    const world = createFakeWorld({
      files: { [LIB]: withWarning },
      diagnose: (tree) => {
        const said = diagnoseTypo(tree);
        const at = (tree.get(LIB) ?? '').indexOf('// warn');
        if ('diagnostics' in said || at === -1) return said;
        return {
          diagnostics: [
            createError({
              code: 'unused_x',
              level: 'warning',
              message: 'w',
              path: LIB,
              at: [at, at + 7],
              replacement: '',
            }),
          ],
        };
      },
      judge: (tree) => (tree.get(LIB)?.includes('// warn') === true ? 'passed' : 'failed'),
    });
    const outcome = await runFix(world.ports, { runId: 'r1' });
    expect(outcome.status).toBe('committed');
    expect(outcome.attempts).toHaveLength(3);
    expect(world.tree.get(LIB)).toBe(FIXED + '// warn\n');
  });

  it('starts again with the evidence after a rollback and gives up after three attempts', async () => {
    const world = createFakeWorld({
      files: { [LIB]: BROKEN },
      diagnose: diagnoseTypo,
      apply: () => ({ status: 'rolled_back', reason: 'tests failed in place' }),
    });
    const outcome = await runFix(world.ports, { runId: 'r1' });
    expect(outcome.status).toBe('rejected');
    expect(outcome.attempts[0]).toMatchObject({ apply: 'rolled_back', decision: { rule_id: 'rolled-back' } });
    expect(world.counts).toMatchObject({ apply: 1, commit: 0 });
  });

  it('does not believe receipts that speak of another tree', async () => {
    const world = createFakeWorld({ files: { [LIB]: BROKEN }, diagnose: diagnoseTypo });
    const { verify } = world.ports.verifier;
    world.ports.verifier.verify = async (proposal, options) => {
      const report = await verify(
        { ...proposal, files: [{ path: 'x.rs', before_hash: null, after: '' }] },
        options,
      );
      return report;
    };
    const outcome = await runFix(world.ports, { runId: 'r1' });
    expect(outcome).toMatchObject({ status: 'paused', decision: { rule_id: 'receipt-of-another-tree' } });
    expect(world.counts.apply).toBe(0);
  });

  it('does not believe a report whose receipts speak of the tree but that does not itself', async () => {
    const world = createFakeWorld({ files: { [LIB]: BROKEN }, diagnose: diagnoseTypo });
    const { verify } = world.ports.verifier;
    const base = await world.ports.verifier.hashTree([]);
    world.ports.verifier.verify = async (proposal, options) => ({
      ...(await verify(proposal, options)),
      subject_tree: base,
    });
    expect((await runFix(world.ports, { runId: 'r1' })).decision?.rule_id).toBe('receipt-of-another-tree');
    expect(world.counts.apply).toBe(0);
  });

  it('does not believe a report that passes itself over its receipts', async () => {
    const world = createFakeWorld({
      files: { [LIB]: BROKEN },
      diagnose: diagnoseTypo,
      judge: () => 'failed',
    });
    const { verify } = world.ports.verifier;
    world.ports.verifier.verify = async (proposal, options) => ({
      ...(await verify(proposal, options)),
      verdict: 'passed',
    });
    expect((await runFix(world.ports, { runId: 'r1' })).status).toBe('rejected');
    expect(world.counts.apply).toBe(0);
  });

  it('pauses on an abort and goes on from there', async () => {
    const world = createFakeWorld({ files: { [LIB]: BROKEN }, diagnose: diagnoseTypo });
    const controller = new AbortController();
    const paused = await runFix(world.ports, {
      runId: 'r1',
      signal: controller.signal,
      onEvent: ({ type }) => type === 'rows-proposed' && controller.abort(),
    });
    expect(paused.status).toBe('paused');
    expect(world.counts.verify).toBe(0);
    const done = await resumeRun(world.ports, 'r1');
    expect(done.status).toBe('committed');
    expect(world.counts.verify).toBe(1);
  });

  it('applies what was verified when it goes on after a write that an abort took back', async () => {
    const world = createFakeWorld({ files: { [LIB]: BROKEN }, diagnose: diagnoseTypo });
    const controller = new AbortController();
    const { apply } = world.ports.applier;
    world.ports.applier.apply = () => {
      controller.abort();
      return Promise.resolve({ status: 'rolled_back', reason: 'The operation was aborted' });
    };
    const paused = await runFix(world.ports, { runId: 'r1', signal: controller.signal });
    expect(paused).toMatchObject({ status: 'paused', decision: { rule_id: 'verified' } });
    world.ports.applier.apply = apply;
    const outcome = await resumeRun(world.ports, 'r1', { apply: true });
    expect(outcome.status).toBe('committed');
    expect(outcome.attempts).toHaveLength(1);
    expect(world.counts).toMatchObject({ verify: 1, apply: 1 });
  });

  it('finds a write that a crash left unrecorded in the tree', async () => {
    const world = createFakeWorld({ files: { [LIB]: BROKEN }, diagnose: diagnoseTypo });
    const { apply } = world.ports.applier;
    world.ports.applier.apply = async (proposal, report, options) => {
      await apply(proposal, report, options);
      throw new Error('power cut');
    };
    await expect(runFix(world.ports, { runId: 'r1' })).rejects.toThrow('power cut');
    world.ports.applier.apply = apply;
    const outcome = await resumeRun(world.ports, 'r1');
    expect(outcome).toMatchObject({ status: 'committed' });
    expect(outcome.attempts[0]?.applyReason).toBe('Found in the tree after an interruption');
    expect(world.counts).toMatchObject({ apply: 1, commit: 1 });
  });

  it('pauses when an interrupted write left neither the old nor the new tree', async () => {
    const world = createFakeWorld({ files: { [LIB]: BROKEN }, diagnose: diagnoseTypo });
    const { apply } = world.ports.applier;
    world.ports.applier.apply = () => {
      world.tree.set(LIB, 'half');
      return Promise.reject(new Error('power cut'));
    };
    await expect(runFix(world.ports, { runId: 'r1' })).rejects.toThrow('power cut');
    world.ports.applier.apply = apply;
    const outcome = await resumeRun(world.ports, 'r1');
    expect(outcome).toMatchObject({ status: 'paused', decision: { rule_id: 'base-changed' } });
    world.tree.set(LIB, BROKEN);
    expect((await resumeRun(world.ports, 'r1')).status).toBe('committed');
  });

  it('applies without a commit when told so', async () => {
    const world = createFakeWorld({ files: { [LIB]: BROKEN }, diagnose: diagnoseTypo });
    const outcome = await runFix(world.ports, { runId: 'r1', commit: false });
    expect(outcome).toMatchObject({ status: 'applied', commit: null });
    expect(world.counts).toMatchObject({ commit: 0, promote: 1 });
  });

  it('records what a reader needs: proposal, report and summary', async () => {
    const world = createFakeWorld({ files: { [LIB]: BROKEN }, diagnose: diagnoseTypo });
    const outcome = await runFix(world.ports, { runId: 'r1' });
    const record = await readRun(world.dir, 'r1');
    expect(record.proposal).toEqual(outcome.proposal);
    expect(record.report).toEqual(outcome.report);
    expect(record.summary).toMatchObject({
      run_id: 'r1',
      road: 'fix',
      status: 'committed',
      attempts: 1,
      commit: outcome.commit,
    });
    const files = [...world.tree].map(([path, text]) => [path, text]);
    const replayed = new Map([[LIB, BROKEN]]);
    writeChanges(replayed, record.proposal?.files ?? []);
    expect([...replayed]).toEqual(files);
  });

  it('refuses a run id that exists and attempts outside 1 to 3', async () => {
    const world = createFakeWorld({ files: { [LIB]: FIXED } });
    await runFix(world.ports, { runId: 'r1' });
    await expect(runFix(world.ports, { runId: 'r1' })).rejects.toMatchObject({
      code: 'PT_SORCERER_RUN_EXISTS',
    });
    await expect(runFix(world.ports, { runId: 'r2', maxAttempts: 4 })).rejects.toMatchObject({
      code: 'PT_SORCERER_OPTION_INVALID',
    });
    await expect(runFix(world.ports, { runId: '../r' })).rejects.toMatchObject({
      code: 'PT_SORCERER_RUN_ID_INVALID',
    });
    await expect(resumeRun(world.ports, 'never')).rejects.toMatchObject({ code: 'PT_SORCERER_RUN_UNKNOWN' });
  });
});
