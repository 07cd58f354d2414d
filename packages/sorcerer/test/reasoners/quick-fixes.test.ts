import type { CompilerDiagnostic, Suggestion } from '@parseltongue/isg-core';
import { describe, expect, it } from 'vitest';
import { type OfferedFixes, resumeRun, runFix } from '../../src/index.js';
import { createError, createFakeWorld, type Tree } from '../fakes/fake-world.js';

const LIB = 'src/lib.rs';
const TOOL = 'rust-analyzer 1.999.0';
const FIELD = 'pub fn start() -> Config {\n    Config { retries: 3 }\n}\n';
const AT = FIELD.indexOf(' }\n}');

/** E0063 as long as the field is missing: the compiler says so and suggests nothing. */
function diagnose(tree: Tree) {
  const text = tree.get(LIB) ?? '';
  if (text.includes('name:')) return { diagnostics: createWrong(text), build_ok: !text.includes('wrong') };
  const error = createError({ code: 'E0063', message: 'missing field `name`', path: LIB, at: [AT, AT + 1] });
  return { build_ok: false, diagnostics: [error] };
}

function createWrong(text: string): CompilerDiagnostic[] {
  const at = text.indexOf('wrong');
  return at === -1
    ? []
    : [createError({ code: 'E0425', message: 'no `wrong`', path: LIB, at: [at, at + 5] })];
}

function offer(message: string, replacement: string): Suggestion {
  return {
    message,
    applicability: 'MaybeIncorrect',
    replacements: [{ path: LIB, start: AT, end: AT, replacement }],
  };
}

function openWorld(asked: OfferedFixes) {
  const world = createFakeWorld({ files: { [LIB]: FIELD }, diagnose });
  let questions = 0;
  world.ports.quickFixes = {
    offerFixes: () => {
      questions += 1;
      return Promise.resolve(asked);
    },
  };
  return { ...world, questions: () => questions };
}

function ran(...offers: Suggestion[]): OfferedFixes {
  return { status: 'ran', tool: TOOL, offers: [offers] };
}

describe('quick fixes of an analyzer', () => {
  it('are taken where the compiler has nothing, named with their source, and wait for a person when values were guessed', async () => {
    const world = openWorld(ran(offer('Fill struct fields', ', name: String::new()')));
    const outcome = await runFix(world.ports, { runId: 'r' });
    expect(outcome).toMatchObject({ status: 'verified', label: 'needs_review' });
    expect(outcome.proposal?.title).toBe('Apply 1 quick fix in 1 file (E0063)');
    expect(outcome.breakpoint).toMatchObject({ type: 'confidence_too_low', default: null });
    expect(outcome.breakpoint?.question).toContain('values were filled in that nobody chose, in src/lib.rs');
    expect(world.tree.get(LIB)).toBe(FIELD);
    const log = (await world.ports.log.open('r')).events();
    const [proposed] = log.filter(({ type }) => type === 'edits-proposed');
    expect(JSON.stringify(proposed?.payload)).toContain(`Fill struct fields, by ${TOOL}`);
  });

  it('are committed like any other fix when nothing was guessed', async () => {
    const world = openWorld(ran(offer('Implement missing members', ', name: self.name.clone()')));
    const outcome = await runFix(world.ports, { runId: 'r' });
    expect(outcome).toMatchObject({ status: 'committed', label: null });
    expect(world.tree.get(LIB)).toContain('name: self.name.clone()');
  });

  it('are applied after a yes', async () => {
    const world = openWorld(ran(offer('Fill struct fields', ', name: String::new()')));
    await runFix(world.ports, { runId: 'r' });
    expect((await resumeRun(world.ports, 'r', { apply: true })).status).toBe('committed');
    expect(world.tree.get(LIB)).toContain('name: String::new()');
  });

  it('take the alternative after which the build is best, whatever their order', async () => {
    const wrong = offer('Import `wrong`', ', name: wrong');
    const right = offer('Qualify as `right`', ', name: right');
    for (const offers of [
      [wrong, right],
      [right, wrong],
    ]) {
      const world = openWorld(ran(...offers));
      const outcome = await runFix(world.ports, { runId: 'r', dryRun: true });
      expect(outcome.proposal?.files[0]?.after).toContain('name: right');
    }
  });

  it.each([
    ['a placeholder', offer('Fill match arms', ', name: todo!()'), 'leaves a place for a person to fill in'],
    ['a design decision', offer('Add field to Record Struct', ', name: 1'), 'is a decision for a person'],
    ['unsafe code', offer('Add unsafe block', ', name: unsafe { x() }'), 'is a decision for a person'],
  ])('never take %s, and say so', async (_name, suggestion, said) => {
    const world = openWorld(ran(suggestion));
    const outcome = await runFix(world.ports, { runId: 'r' });
    expect(outcome.status).toBe('rejected');
    expect(outcome.reason).toContain(`${TOOL} offers "${suggestion.message}", which ${said}`);
    expect(world.counts.verify).toBe(0);
  });

  it('are not taken when the build is no better for them', async () => {
    const world = openWorld(ran(offer('Import `x`', ' ')));
    const outcome = await runFix(world.ports, { runId: 'r' });
    expect(outcome).toMatchObject({ status: 'rejected', proposal: null });
  });

  it('are not asked for while the compiler has something that applies', async () => {
    const typo = (tree: Tree) => {
      const at = (tree.get(LIB) ?? '').indexOf('start');
      return at === -1
        ? {}
        : { diagnostics: [createError({ message: 'm', path: LIB, at: [at, at + 5], replacement: 'go' })] };
    };
    const world = createFakeWorld({ files: { [LIB]: FIELD }, diagnose: typo });
    world.ports.quickFixes = { offerFixes: () => Promise.reject(new Error('asked')) };
    expect((await runFix(world.ports, { runId: 'r' })).status).toBe('committed');
  });

  it('are reported as not asked for, with the reason, where there is no analyzer', async () => {
    const reason = 'rust-analyzer does not run here. Run: rustup component add rust-analyzer';
    const world = openWorld({ status: 'not_run', reason });
    const outcome = await runFix(world.ports, { runId: 'r' });
    expect(outcome.reason).toContain(`No quick fixes were asked for: ${reason}`);
    expect(outcome.reason).toContain('missing field `name`');
    const bare = createFakeWorld({ files: { [LIB]: FIELD }, diagnose });
    expect((await runFix(bare.ports, { runId: 'r' })).reason).toContain('no analyzer is connected');
  });

  it('are asked for once a tree, however many attempts come back to it', async () => {
    const world = openWorld({ status: 'ran', tool: TOOL, offers: [[]] });
    const outcome = await runFix(world.ports, { runId: 'r' });
    expect(outcome.attempts.length).toBeGreaterThan(1);
    expect(world.questions()).toBe(1);
  });
});
