import type { Resolved } from './model.js';

/** A question while it is answered. */
export interface OpenQuestion {
  /** Remembers the answer. */
  keep(found: Resolved | null): void;
  /** Notes at which depth the question is open; 0 when it no longer is. */
  mark(depth: number): void;
}

/**
 * The questions that are being answered, each for the sake of the one around it, and which answers may be kept.
 *
 * "Nothing" that depends on a question around it may only mean "not yet": it stands until that question is answered, and for
 * good when the answer there is "nothing" as well. So every module of a cycle of globs is searched once a name.
 */
export class OpenQuestions {
  /** How many questions are open: the depth of the innermost. */
  private depth = 0;
  /** Depth of the outermost open question that the answer being built met again. */
  private cycle = Number.POSITIVE_INFINITY;
  /** The answer being built left something out that other askers see. */
  private isPartial = false;
  /** Questions whose "nothing" stands until the question at that depth is answered. */
  private readonly waiting: OpenQuestion[][] = [];

  /** Answers one question and keeps the answer where it holds for every asker. */
  answer(question: OpenQuestion, find: () => Resolved | null): Resolved | null {
    const outer = { cycle: this.cycle, isPartial: this.isPartial };
    this.cycle = Number.POSITIVE_INFINITY;
    this.isPartial = false;
    this.depth += 1;
    question.mark(this.depth);
    const found = find();
    this.close(question, found);
    this.depth -= 1;
    this.cycle = Math.min(this.cycle > this.depth ? Number.POSITIVE_INFINITY : this.cycle, outer.cycle);
    this.isPartial ||= outer.isPartial;
    return found;
  }

  /** True for a question that is open at this depth; the answer being built is then part of a cycle. */
  isOpen(depth = 0): boolean {
    if (depth === 0) return false;
    this.cycle = Math.min(this.cycle, depth);
    return true;
  }

  /** The answers being built hold for this asker only. */
  leaveOut(): void {
    this.isPartial = true;
  }

  private close(question: OpenQuestion, found: Resolved | null): void {
    const waiting = this.waiting[this.depth] ?? [];
    this.waiting[this.depth] = [];
    if (found === null && !this.isPartial) {
      for (const open of [...waiting, question]) this.settle(open);
      return;
    }
    for (const open of [...waiting, question]) open.mark(0);
    if (!this.isPartial) question.keep(found);
  }

  /** "Nothing" is final unless a question around this one has a part in it. */
  private settle(open: OpenQuestion): void {
    if (this.cycle >= this.depth) {
      open.keep(null);
      open.mark(0);
      return;
    }
    open.mark(this.cycle);
    const waiting = this.waiting[this.cycle];
    if (waiting === undefined) this.waiting[this.cycle] = [open];
    else waiting.push(open);
  }
}
