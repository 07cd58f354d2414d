import { describe, expect, it } from 'vitest';
import {
  cancelRun,
  followRun,
  listBreakpoints,
  listRuns,
  type Prd,
  readCosts,
  resumeRun,
  runChange,
} from '../src/index.js';
import { createFakeWorld, type WorldScript } from './fakes/fake-world.js';
import { block, createScriptedReasoner } from './fakes/scripted-reasoner.js';

const LIB = 'src/lib.rs';
const AREA = 'src/lib.rs-_-area';
const SIDE = 'src/lib.rs-_-side';
const OLD_TEST = '#[test]\nfn side_is_two() {\n    check();\n}\n';
const SOURCE = `pub fn area() -> u32 {\n    1\n}\npub fn side() -> u32 {\n    2\n}\n${OLD_TEST}`;
const editArea = (n: number) => block(`EDIT ${AREA}`, `pub fn area() -> u32 {\n    ${n}\n}`);
const BOTH =
  editArea(2) +
  block(`EDIT ${SIDE}`, 'pub fn side() -> u32 {\n    9\n}') +
  block('CREATE src/new.rs', 'pub fn x() {}');
const TEST_FILE = 'tests/area.rs';
const TEST_TEXT = '#[test]\nfn area_is_two() {\n    check();\n}\n';
const request = 'area must be two';

const prd = (patch: Partial<Prd> = {}): Prd => ({
  schema_version: 'pt.prd/1',
  version: 1,
  request,
  kind: 'bug',
  title: 'Area is two',
  behaviours: [{ id: 'B1', statement: 'area is 2', test: 'area_is_two', test_state: 'new' }],
  out_of_scope: [],
  acceptance: [{ path: TEST_FILE, text: TEST_TEXT }],
  ...patch,
});

function open(answers: Parameters<typeof createScriptedReasoner>[0], script: Partial<WorldScript> = {}) {
  const reasoner = createScriptedReasoner(answers);
  const world = createFakeWorld({ files: { [LIB]: SOURCE }, reasoner, ...script });
  return {
    ...world,
    reasoner,
    run: (extra: object = {}) => runChange(world.ports, { runId: 'c1', request, ...extra }),
    resume: (extra: object) => resumeRun(world.ports, 'c1', extra),
  };
}

describe('a verified proposal', () => {
  it('is kept in part by row: the gates run again on the part, then it is applied', async () => {
    const { run, resume, tree, counts } = open([BOTH]);
    expect((await run({ dryRun: true })).status).toBe('verified');
    const outcome = await resume({ accept: { rows: [AREA] } });
    expect(outcome.status).toBe('committed');
    expect(tree.get(LIB)).toBe(SOURCE.replace('    1', '    2'));
    expect(tree.has('src/new.rs')).toBe(false);
    expect(counts).toMatchObject({ verify: 2, apply: 1 });
  });

  it('is kept in part by file', async () => {
    const { run, resume, tree } = open([BOTH]);
    await run({ dryRun: true });
    expect((await resume({ accept: { files: ['src/new.rs'] } })).status).toBe('committed');
    expect(tree.get(LIB)).toBe(SOURCE);
    expect(tree.get('src/new.rs')).toBe('pub fn x() {}\n');
  });

  it('writes nothing of a part that does not pass on its own', async () => {
    const needsBoth = (tree: ReadonlyMap<string, string>) =>
      tree.get(LIB)?.includes('    9') === true ? 'passed' : 'failed';
    const { run, resume, tree, reasoner } = open([BOTH], { judge: needsBoth });
    await run({ dryRun: true });
    const outcome = await resume({ accept: { rows: [AREA] } });
    expect(outcome).toMatchObject({ status: 'paused', decision: { rule_id: 'selection-failed' } });
    expect(tree.get(LIB)).toBe(SOURCE);
    expect(reasoner.requests).toHaveLength(1);
  });

  it.each([{ rows: ['src/lib.rs-_-gone'] }, { files: ['src/gone.rs'] }, {}])(
    'has no part %j',
    async (accept) => {
      const { run, resume } = open([BOTH]);
      await run({ dryRun: true });
      await expect(resume({ accept })).rejects.toMatchObject({ code: 'PT_SORCERER_OPTION_INVALID' });
    },
  );

  it('is rejected with a reason, the tree byte for byte as it was', async () => {
    const { run, resume, tree, plans, dir } = open([BOTH]);
    await run({ dryRun: true });
    expect(await resume({ reject: 'not my taste' })).toMatchObject({ status: 'rejected' });
    expect([...tree]).toEqual([[LIB, SOURCE]]);
    expect(plans.size).toBe(0);
    expect((await listRuns(dir))[0]?.reason).toContain('not my taste');
    expect(await resume({ apply: true })).toMatchObject({ status: 'rejected' });
  });

  it('is modified on the context it had: one more answer, no new search', async () => {
    const { run, resume, reasoner, ports } = open([editArea(3), editArea(2)]);
    let searches = 0;
    const { search } = ports.context;
    ports.context.search = (...args) => {
      searches += 1;
      return search(...args);
    };
    await run({ dryRun: true });
    const outcome = await resume({ modify: 'two, not three' });
    expect(outcome).toMatchObject({ status: 'verified' });
    expect(searches).toBe(1);
    expect(reasoner.requests[1]?.context).toBe(reasoner.requests[0]?.context);
    expect(reasoner.requests[1]?.clarifications.at(-1)?.answer).toBe('two, not three');
    expect(outcome.proposal?.files[0]?.after).toContain('    2');
  });
});

describe('a rejected run', () => {
  it('keeps a breakpoint that says which tests broke, and goes on when told what should be different', async () => {
    const { run, resume, dir } = open([editArea(3), editArea(4), editArea(5), editArea(2)], {
      judge: (tree) =>
        tree.get(LIB)?.includes('area() -> u32 {\n    2') === true ? 'passed' : { failingTests: 1 },
    });
    const lost = await run();
    expect(lost).toMatchObject({
      status: 'rejected',
      breakpoint: { type: 'breaking_test_failure', default: null },
    });
    expect((await listBreakpoints(dir)).map(({ breakpoint }) => breakpoint.type)).toEqual([
      'breaking_test_failure',
    ]);
    expect(await resume({})).toMatchObject({ status: 'rejected' });
    expect(await resume({ modify: 'exactly two' })).toMatchObject({ status: 'committed' });
    expect(await listBreakpoints(dir)).toEqual([]);
  });
});

describe('a bug', () => {
  const failsOnBase = (tree: ReadonlyMap<string, string>) =>
    tree.has(TEST_FILE) && tree.get(LIB)?.includes('    1\n') === true
      ? { failingTests: 1 }
      : ('passed' as const);

  it('is reproduced by a test that fails on the base and passes on the candidate', async () => {
    const { run, tree } = open([editArea(2)], { judge: failsOnBase });
    expect(await run({ prd: prd() })).toMatchObject({ status: 'committed', label: 'reproduced' });
    expect(tree.get(TEST_FILE)).toBe(TEST_TEXT);
  });

  it.each<[string, WorldScript['judge']]>([
    ['passes on the base', () => 'passed'],
    [
      'does not build on the base',
      (tree) => (tree.get(LIB)?.includes('    1\n') === true ? 'failed' : 'passed'),
    ],
    [
      'cannot be run on the base',
      (tree) => (tree.get(LIB)?.includes('    1\n') === true ? 'inconclusive' : 'passed'),
    ],
  ])('whose test %s waits for a person', async (_name, judge) => {
    const { run, resume, tree } = open([editArea(2)], judge === undefined ? {} : { judge });
    const outcome = await run({ prd: prd() });
    expect(outcome).toMatchObject({
      status: 'verified',
      label: 'needs_review',
      breakpoint: { type: 'confidence_too_low', options: ['apply', 'modify', 'reject'] },
    });
    expect(tree.get(LIB)).toBe(SOURCE);
    expect((await resume({ apply: true })).status).toBe('committed');
  });

  it('without any test waits for a person', async () => {
    const { run } = open([editArea(2)]);
    expect(await run({ kind: 'bug' })).toMatchObject({ status: 'verified', label: 'needs_review' });
  });
});

describe('tests', () => {
  it.each([
    ['the acceptance file', block(`CREATE ${TEST_FILE}`, '#[test]\nfn nothing() {}')],
    [
      'a test the PRD does not name',
      block('EDIT src/lib.rs-_-side_is_two', '#[test]\nfn side_is_two() {\n    true;\n}'),
    ],
    ['a test, by deleting it', 'DELETE src/lib.rs-_-side_is_two\n'],
    [
      'a test, by ignoring it',
      block('EDIT src/lib.rs-_-side_is_two', OLD_TEST.replace('#[test]', '#[test]\n#[ignore]').trimEnd()),
    ],
  ])('close %s to the reasoner', async (_name, answer) => {
    const { run, counts } = open([editArea(2) + answer, '', '']);
    expect((await run({ prd: prd() })).status).toBe('rejected');
    expect(counts.verify).toBe(0);
  });

  it('are open where the PRD names them', async () => {
    const edit = block('EDIT src/lib.rs-_-side_is_two', '#[test]\nfn side_is_two() {\n    other();\n}');
    const named = prd({
      kind: 'refactor',
      behaviours: [{ id: 'B1', statement: 'side', test: 'side_is_two', test_state: 'existing' }],
    });
    expect((await open([editArea(2) + edit]).run({ prd: named })).status).toBe('committed');
  });
});

describe('autonomy', () => {
  it('asks before a risky change is applied, and only then', async () => {
    const risky = open([`${editArea(2)}DELETE ${SIDE}\n`]);
    expect(await risky.run({ autonomy: 'ask_on_risk' })).toMatchObject({ status: 'verified' });
    expect((await risky.resume({ apply: true })).status).toBe('committed');
    const tame = open([block('CREATE src/new.rs', 'fn x() {}')]);
    expect((await tame.run({ autonomy: 'ask_on_risk' })).status).toBe('committed');
    const always = open([block('CREATE src/new.rs', 'fn x() {}')]);
    expect((await always.run({ autonomy: 'ask_always' })).status).toBe('verified');
  });
});

describe('records', () => {
  it('add up what every call took', async () => {
    const { run, dir, ports } = open(['prose', editArea(2), editArea(5)]);
    await run();
    await runChange(ports, { runId: 'c2', request: 'five', dryRun: true });
    const costs = await readCosts(dir);
    expect(costs.total).toMatchObject({
      model_calls: 3,
      input_tokens: 300,
      output_tokens: 60,
      cost_usd: 0.03,
    });
    expect(costs).toMatchObject({
      accepted_changes: 1,
      tokens_per_accepted_change: 360,
      first_apply_rate: 0,
      cache_hit_rate: 0,
    });
    expect(Object.keys(costs.by_step)).toEqual(['propose']);
  });

  it('end with a cancelled run, once', async () => {
    const { run, ports, plans, dir } = open([editArea(2)]);
    await run({ dryRun: true });
    expect(await cancelRun(ports, 'c1', { reason: 'no longer wanted' })).toBe(true);
    expect(await cancelRun(ports, 'c1')).toBe(false);
    expect(plans.size).toBe(0);
    expect((await listRuns(dir))[0]).toMatchObject({ status: 'cancelled', reason: 'no longer wanted' });
    expect(await listBreakpoints(dir)).toEqual([]);
  });

  it('can be followed from any event on, each one once', async () => {
    const { run, dir } = open([editArea(2)]);
    const running = run();
    await running;
    const all: number[] = [];
    for await (const { seq } of followRun(dir, 'c1')) all.push(seq);
    expect(all).toEqual(all.map((_, i) => i + 1));
    for (const afterSeq of [1, 5, all.length - 1]) {
      const rest: number[] = [];
      for await (const { seq } of followRun(dir, 'c1', { afterSeq })) rest.push(seq);
      expect(rest).toEqual(all.slice(afterSeq));
    }
    await expect(followRun(dir, 'none').next()).rejects.toMatchObject({ code: 'PT_SORCERER_RUN_UNKNOWN' });
  });

  it('are followed while they are written', async () => {
    const { run, dir, ports } = open([editArea(2)]);
    const { propose } = ports.graph;
    let release: () => void = () => undefined;
    const held = new Promise<void>((done) => (release = done));
    let reached: () => void = () => undefined;
    const waiting = new Promise<void>((done) => (reached = done));
    ports.graph.propose = async (...args) => {
      reached();
      await held;
      return propose(...args);
    };
    const running = run();
    await waiting;
    const seen: string[] = [];
    for await (const { type } of followRun(dir, 'c1')) {
      seen.push(type);
      if (type === 'edits-proposed') release();
    }
    expect((await running).status).toBe('committed');
    expect(seen.at(-1)).toBe('run-ended');
    expect(seen).toContain('gate-ended');
  });
});
