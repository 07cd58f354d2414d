import type { ExactRow } from './exact-tier.js';

/** Rows around ascending places of one file, innermost last. A place must not be before the one asked last. */
export class RowCursor {
  private readonly rows: readonly ExactRow[];
  private readonly open: ExactRow[] = [];
  private next = 0;

  constructor(rows: readonly ExactRow[]) {
    this.rows = rows.toSorted((a, b) => a.span.start - b.span.start || b.span.end - a.span.end);
  }

  /** The list is reused by the next question. */
  around(offset: number): readonly ExactRow[] {
    for (
      let row = this.rows[this.next];
      row !== undefined && row.span.start <= offset;
      row = this.rows[this.next]
    ) {
      this.closeBefore(row.span.start);
      this.open.push(row);
      this.next += 1;
    }
    this.closeBefore(offset);
    return this.open;
  }

  private closeBefore(offset: number): void {
    for (let last = this.open[this.open.length - 1]; last !== undefined && last.span.end <= offset; ) {
      this.open.pop();
      last = this.open[this.open.length - 1];
    }
  }
}
