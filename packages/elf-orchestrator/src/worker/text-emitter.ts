import type { LlamaModel, Token } from 'node-llama-cpp';

/** Turns tokens into pieces of text that are final: no half character, nothing that may become a stop text. */
export interface TextEmitter {
  push(token: Token): void;
  /** Hands out what is left of the whole text. */
  finish(text: string): void;
}

/** Creates an emitter; the pieces it hands to `emit` together are the text given to `finish`. */
export function createTextEmitter(
  model: LlamaModel,
  stops: readonly string[],
  emit: (piece: string) => void,
): TextEmitter {
  const done: Token[] = [];
  let pending: Token[] = [];
  let held = '';
  let emittedChars = 0;
  const send = (piece: string): void => {
    if (piece === '') return;
    emittedChars += piece.length;
    emit(piece);
  };
  return {
    push(token) {
      pending.push(token);
      const text = model.detokenize(pending, false, done);
      if (text.endsWith('\uFFFD')) return;
      done.push(...pending);
      pending = [];
      held += text;
      const safeChars = held.length - countStopStart(held, stops);
      send(held.slice(0, safeChars));
      held = held.slice(safeChars);
    },
    finish: (text) => send(text.slice(emittedChars)),
  };
}

/** Length of the longest end of `text` that a stop text, or a start of one, makes up. */
function countStopStart(text: string, stops: readonly string[]): number {
  let longest = 0;
  for (const stop of stops) {
    const at = text.indexOf(stop);
    if (at >= 0) return text.length - at;
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length -= 1) {
      if (text.endsWith(stop.slice(0, length))) longest = length;
    }
  }
  return longest;
}
