import { SorcererError } from '../../errors.js';
import type { Reasoner } from '../../reasoner.js';
import { createTextReasoner } from '../text-reasoner.js';
import { loadTranscript, type TranscriptEntry } from './transcript.js';

export interface ReplayReasonerOptions {
  /** A transcript that {@link recordTranscript} wrote. */
  file: string;
  /**
   * `request` (default) answers only the very request that was recorded. `attempt` answers by step and attempt number, so that a
   * recorded change also runs on a tree whose context differs.
   */
  match?: 'request' | 'attempt';
}

/**
 * A reasoner that answers from a recorded transcript: no model, no key, the same answers every time.
 *
 * Calls throw SorcererError PT_SORCERER_REPLAY_MISS when nothing was recorded for a request, PT_SORCERER_TRANSCRIPT_INVALID.
 */
export function createReplayReasoner(options: ReplayReasonerOptions): Reasoner {
  return createTextReasoner({
    id: 'replay',
    locality: 'remote',
    async complete(prompt, { request, onDelta }) {
      const entries = await loadTranscript(options.file);
      const isMatch = (entry: TranscriptEntry): boolean =>
        options.match === 'attempt'
          ? entry.step === request.step && entry.attempt === request.attempt
          : entry.request_hash === prompt.requestHash;
      const entry = entries.findLast(isMatch);
      if (entry === undefined) throw missed(prompt.requestHash, request.attempt);
      onDelta?.(entry.answer);
      return { text: entry.answer, finish: entry.finish, usage: entry.usage };
    },
  });
}

function missed(requestHash: string, attempt: number): SorcererError {
  return new SorcererError('PT_SORCERER_REPLAY_MISS', {
    message: `The transcript holds no answer for attempt ${attempt} (request ${requestHash.slice(0, 12)}). Record it again, or match by attempt`,
    details: { requestHash, attempt },
  });
}
