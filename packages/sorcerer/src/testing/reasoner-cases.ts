import assert from 'node:assert/strict';
import type { RowKey } from '@parseltongue/isg-core';
import { SorcererError } from '../errors.js';
import type { Reasoner, ReasonerRequest, StepRequest } from '../reasoner.js';

/** What the engine behind a reasoner is made to do with its next call. */
export type EngineBehaviour =
  | { does: 'answer'; text: string }
  | { does: 'cut_off'; text: string }
  | { does: 'refuse' }
  | { does: 'overload' }
  | { does: 'crash' }
  | { does: 'hang' };

/** A reasoner over an engine that follows a script. */
export interface ScriptedEngine extends AsyncDisposable {
  reasoner: Reasoner;
  /** Everything the engine was sent, one text a call. */
  sent: () => readonly string[];
}

/** What an engine cannot do; the cases that need it are not part of its suite. */
export interface ReasonerCapabilities {
  canRefuse: boolean;
  /** Knows "come back later" from a failure. */
  canOverload: boolean;
  canCutOff: boolean;
  hasSteps: boolean;
}

/** One case of the suite; `run` throws an assertion error when the reasoner breaks the contract. */
export interface ReasonerCase {
  title: string;
  run: () => Promise<void>;
}

type OpenEngine = (script: readonly EngineBehaviour[]) => Promise<ScriptedEngine>;

const KEY = 'src/lib.rs-_-area' as RowKey;
const ANSWER = `I change it.\n\nEDIT ${KEY}\n\`\`\`rust\npub fn area() -> u32 {\n    2\n}\n\`\`\`\n`;
const CANCEL_MS = 2_000;

/**
 * The conformance suite of the reasoner port: what the workflow relies on, whatever engine is behind it.
 *
 * Runs under any test runner: give each case its title and `run`.
 */
export function listReasonerCases(open: OpenEngine, capabilities: ReasonerCapabilities): ReasonerCase[] {
  const check = (
    title: string,
    script: readonly EngineBehaviour[],
    work: (engine: ScriptedEngine) => Promise<void>,
  ) => ({
    title,
    run: async () => {
      await using engine = await open(script);
      await work(engine);
    },
  });
  const { canCutOff, canRefuse, canOverload, hasSteps } = capabilities;
  return [
    check(
      'reads edits out of a whole answer and says what it took',
      [{ does: 'answer', text: ANSWER }],
      answersWithEdits,
    ),
    check('passes on the answer in pieces that join to it', [{ does: 'answer', text: ANSWER }], streams),
    check(
      'takes no edit from an answer in no form it knows',
      [{ does: 'answer', text: '{"edits": "```' }],
      garbage,
    ),
    check(
      'gives each call a conversation of its own',
      [
        { does: 'answer', text: ANSWER },
        { does: 'answer', text: ANSWER },
      ],
      startsFresh,
    ),
    check('says with a coded error that the engine broke down', [{ does: 'crash' }], crashes),
    check('stops within two seconds of an abort', [{ does: 'hang' }], aborts),
    check('does not start when it is aborted already', [{ does: 'hang' }], abortsEarly),
    ...(canCutOff
      ? [check('uses nothing of an answer that was cut off', [{ does: 'cut_off', text: ANSWER }], cutsOff)]
      : []),
    ...(canRefuse ? [check('uses nothing of a refusal', [{ does: 'refuse' }], refuses)] : []),
    ...(canOverload
      ? [check('marks an overload as passing by itself', [{ does: 'overload' }], overloads)]
      : []),
    ...(hasSteps
      ? [
          check(
            'answers a planning step with its text',
            [{ does: 'answer', text: '{"findings": []}' }],
            answersStep,
          ),
        ]
      : []),
  ];
}

/** A request of the suite; two calls give equal ones. */
function createRequest(patch: Partial<ReasonerRequest> = {}): ReasonerRequest {
  return {
    step: 'propose',
    request: 'area must be two',
    context: `${KEY} | code | pub fn area() -> u32 |`,
    attempt: 1,
    strategy: 'Answer the request',
    evidence: [],
    clarifications: [],
    tokenBudget: 1_000,
    ...patch,
  };
}

async function answersWithEdits({ reasoner }: ScriptedEngine): Promise<void> {
  const answer = await reasoner.propose(createRequest(), {});
  assert.equal(answer.finish, 'complete');
  assert.deepEqual(answer.problems, []);
  assert.deepEqual(
    answer.edits.map(({ target, op, base_hash }) => ({ target, op, base_hash })),
    [{ target: { key: KEY }, op: 'edit', base_hash: null }],
  );
  const { input_tokens, output_tokens, cost_usd } = answer.usage;
  assert.ok(input_tokens > 0 && output_tokens > 0, 'tokens are reported or estimated');
  assert.ok(cost_usd === null || cost_usd >= 0);
}

async function streams({ reasoner }: ScriptedEngine): Promise<void> {
  const pieces: string[] = [];
  await reasoner.propose(createRequest(), { onDelta: (text) => pieces.push(text) });
  assert.equal(pieces.join(''), ANSWER);
}

async function garbage({ reasoner }: ScriptedEngine): Promise<void> {
  const answer = await reasoner.propose(createRequest(), {});
  assert.deepEqual(answer.edits, []);
  assert.ok(answer.problems.length > 0, 'what cannot be read is a problem');
}

async function startsFresh({ reasoner, sent }: ScriptedEngine): Promise<void> {
  await reasoner.propose(createRequest({ request: 'the first wish' }), {});
  await reasoner.propose(createRequest({ request: 'the second wish', attempt: 2 }), {});
  const [first = '', second = ''] = sent();
  assert.ok(first.includes('the first wish') && second.includes('the second wish'));
  assert.ok(!second.includes('the first wish'), 'nothing of the first call is in the second');
}

async function crashes({ reasoner }: ScriptedEngine): Promise<void> {
  await assert.rejects(reasoner.propose(createRequest(), {}), isCoded());
}

async function aborts({ reasoner, sent }: ScriptedEngine): Promise<void> {
  const controller = new AbortController();
  const running = reasoner.propose(createRequest(), { signal: controller.signal });
  const settled = assert.rejects(running, isCoded('PT_SORCERER_ABORTED'));
  while (sent().length === 0) await new Promise((done) => setImmediate(done));
  const started = Date.now();
  controller.abort();
  await settled;
  assert.ok(Date.now() - started < CANCEL_MS, 'the call ends within two seconds');
}

async function abortsEarly({ reasoner }: ScriptedEngine): Promise<void> {
  await assert.rejects(
    reasoner.propose(createRequest(), { signal: AbortSignal.abort() }),
    isCoded('PT_SORCERER_ABORTED'),
  );
}

async function cutsOff({ reasoner }: ScriptedEngine): Promise<void> {
  const answer = await reasoner.propose(createRequest(), {});
  assert.equal(answer.finish, 'truncated');
  assert.deepEqual(answer.edits, []);
}

async function refuses({ reasoner }: ScriptedEngine): Promise<void> {
  const answer = await reasoner.propose(createRequest(), {});
  assert.equal(answer.finish, 'refused');
  assert.deepEqual(answer.edits, []);
}

async function overloads({ reasoner }: ScriptedEngine): Promise<void> {
  await assert.rejects(
    reasoner.propose(createRequest(), {}),
    (error) => SorcererError.isInstance(error) && error.retryable,
  );
}

async function answersStep({ reasoner }: ScriptedEngine): Promise<void> {
  assert.ok(reasoner.answer !== undefined, 'the reasoner answers planning steps');
  const request: StepRequest = {
    step: 'review',
    instructions: 'Review it',
    context: '',
    task: '<request>area must be two</request>',
    attempt: 1,
    tokenBudget: 500,
  };
  const answer = await reasoner.answer(request, {});
  assert.equal(answer.finish, 'complete');
  assert.equal(answer.text.trim(), '{"findings": []}');
}

function isCoded(code?: string): (error: unknown) => boolean {
  return (error) => SorcererError.isInstance(error) && (code === undefined || error.code === code);
}
