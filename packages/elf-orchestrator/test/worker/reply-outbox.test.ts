import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createReplyOutbox } from '../../src/worker/reply-outbox.js';
import type { WorkerReply } from '../../src/worker/worker-protocol.js';

describe('replies of a worker', () => {
  it('carry the pieces of all sequences in one message, in order', async () => {
    const sent: WorkerReply[] = [];
    const outbox = createReplyOutbox((message) => sent.push(message));
    const pieces = [1, 2, 1, 3].map((id, index) => ({ id, text: `piece ${index}` }));
    for (const { id, text } of pieces) outbox.pushDelta(id, text);
    expect(sent).toEqual([]);
    await nextTurn();
    await nextTurn();
    expect(sent).toEqual([{ type: 'deltas', pieces }]);
  });

  it('never come before a piece that was pushed before them', async () => {
    const sent: WorkerReply[] = [];
    const outbox = createReplyOutbox((message) => sent.push(message));
    outbox.pushDelta(1, 'text');
    outbox.reply({ type: 'pong', id: 2 });
    outbox.pushDelta(3, 'more');
    await nextTurn();
    await nextTurn();
    await nextTurn();
    expect(sent).toEqual([
      { type: 'deltas', pieces: [{ id: 1, text: 'text' }] },
      { type: 'pong', id: 2 },
      { type: 'deltas', pieces: [{ id: 3, text: 'more' }] },
    ]);
  });
});
