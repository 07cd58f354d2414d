import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createReplayReasoner, recordTranscript, runChange } from '../../src/index.js';
import { createFakeWorld } from '../fakes/fake-world.js';
import { ANSWER, createRequest } from '../fakes/requests.js';
import { createScriptedReasoner } from '../fakes/scripted-reasoner.js';

const dir = mkdtempSync(join(tmpdir(), 'replay-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const SOURCE = 'pub fn area() -> u32 {\n    1\n}\n';

describe('a recorded transcript', () => {
  it('gives the same answer to the same request, and none to another', async () => {
    const file = join(dir, 'one.ndjson');
    const recorded = await recordTranscript(createScriptedReasoner([ANSWER]), { file }).propose(
      createRequest(),
      {},
    );
    const replay = createReplayReasoner({ file });
    expect(await replay.propose(createRequest(), {})).toEqual(recorded);
    const other = replay.propose(createRequest({ request: 'something else' }), {});
    await expect(other).rejects.toMatchObject({ code: 'PT_SORCERER_REPLAY_MISS' });
  });

  it('can answer by attempt when the context differs', async () => {
    const file = join(dir, 'two.ndjson');
    const live = recordTranscript(createScriptedReasoner([ANSWER, 'second']), { file });
    await live.propose(createRequest(), {});
    await live.propose(createRequest({ attempt: 2 }), {});
    const replay = createReplayReasoner({ file, match: 'attempt' });
    expect((await replay.propose(createRequest({ context: 'other', attempt: 2 }), {})).text).toBe('second');
  });

  it('carries a whole run to the same tree', async () => {
    const file = join(dir, 'run.ndjson');
    const files = { 'src/lib.rs': SOURCE };
    const live = createFakeWorld({
      files,
      reasoner: recordTranscript(createScriptedReasoner(['prose', ANSWER]), { file }),
    });
    await runChange(live.ports, { runId: 'r', request: 'two' });
    const again = createFakeWorld({ files, reasoner: createReplayReasoner({ file }) });
    const outcome = await runChange(again.ports, { runId: 'r', request: 'two' });
    expect(outcome.status).toBe('committed');
    expect(outcome.attempts).toHaveLength(2);
    expect([...again.tree]).toEqual([...live.tree]);
  });

  it('keeps secrets out of the file', async () => {
    const file = join(dir, 'secret.ndjson');
    const secret = `ghp_${'a1'.repeat(20)}`;
    await recordTranscript(createScriptedReasoner([`prose ${secret}`]), { file }).propose(
      createRequest(),
      {},
    );
    expect(readFileSync(file, 'utf8')).not.toContain(secret);
  });

  it('says which line cannot be read', async () => {
    const file = join(dir, 'bad.ndjson');
    writeFileSync(file, '\n{"contract":"pt.transcript/0"}\n');
    const call = createReplayReasoner({ file }).propose(createRequest(), {});
    await expect(call).rejects.toMatchObject({
      code: 'PT_SORCERER_TRANSCRIPT_INVALID',
      details: { file: 'bad.ndjson', line: 2 },
    });
    const missing = createReplayReasoner({ file: join(dir, 'none') }).propose(createRequest(), {});
    await expect(missing).rejects.toMatchObject({ code: 'PT_SORCERER_TRANSCRIPT_INVALID' });
  });
});
