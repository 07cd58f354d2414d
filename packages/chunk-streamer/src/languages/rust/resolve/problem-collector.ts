import { utf8Length } from '@parseltongue/isg-core';
import type { GraphProblem, GraphProblemCode } from './graph-problem.js';
import type { SourceFile } from './model.js';

/** Where a problem stands. */
export interface ProblemPlace {
  file: SourceFile;
  item: number;
  pos: number;
  name: string;
}

/** Collects problems, one a place and code. */
export class ProblemCollector {
  /** False when nobody asks for problems: judging is left out where it costs anything. */
  readonly isWanted: boolean;
  private readonly problems = new Map<string, GraphProblem>();

  constructor(isWanted: boolean) {
    this.isWanted = isWanted;
  }

  add(code: GraphProblemCode, place: ProblemPlace, detail: { message: string; certain: boolean }): void {
    const { file, item, pos, name } = place;
    if (!this.isWanted || file.crate.kind === 'std') return;
    const id = `${file.path} ${pos} ${code}`;
    if (this.problems.has(id)) return;
    this.problems.set(id, {
      code,
      path: file.path,
      span: { start: pos, end: pos + utf8Length(name) },
      line: file.lineOf(pos),
      message: detail.message,
      key: file.items[item]?.key ?? null,
      certain: detail.certain,
    });
  }

  /** Forgets everything, ready for the next file. */
  clear(): void {
    this.problems.clear();
  }

  /** All problems by path, place and code. */
  finish(): GraphProblem[] {
    return [...this.problems.values()].sort(
      (a, b) => compare(a.path, b.path) || a.span.start - b.span.start || compare(a.code, b.code),
    );
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
