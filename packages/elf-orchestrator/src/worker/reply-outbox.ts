import type { WorkerReply } from './worker-protocol.js';

/** Sends replies in order; the pieces of text of one step of all sequences go as one message. */
export interface ReplyOutbox {
  reply(message: WorkerReply): void;
  pushDelta(id: number, text: string): void;
}

/** Creates an outbox that hands its messages to `send`. */
export function createReplyOutbox(send: (message: WorkerReply) => void): ReplyOutbox {
  let pieces: { id: number; text: string }[] = [];
  const flush = (): void => {
    if (pieces.length === 0) return;
    const sent = pieces;
    pieces = [];
    send({ type: 'deltas', pieces: sent });
  };
  return {
    reply(message) {
      flush();
      send(message);
    },
    pushDelta(id, text) {
      pieces.push({ id, text });
      // The sequences begin their next step a turn later; after that there is time while the engine computes.
      if (pieces.length === 1) setImmediate(() => setImmediate(flush));
    },
  };
}
