import { type CapturedFile, type CapturedItem, type Extent, type ItemParts } from './captured-item.js';
import { endOfCall } from './end-of-call.js';
import type { DocComment, TokenList } from './extract/lexer.js';
import type { NotedPart, Outline, OutlineItem, TokenRange } from './extract/outline.js';
import { P } from './extract/punctuation.js';
import { numberAt } from './indexed.js';

/** A file whose every token was read, with the rows its reader met. */
export interface OutlinedText {
  text: string;
  tokens: TokenList;
  outline: Outline;
}

/** The items of a file by its tokens: the same as `captureItems` gives from its tree. */
export function captureOutline({ text, tokens, outline }: OutlinedText): CapturedFile {
  const reader = new OutlineReader(text, tokens);
  const file: CapturedFile = { items: outline.items.map((item) => reader.capture(item)), inner: [] };
  giveInner(file, reader.listInner(outline.inner), text);
  return file;
}

class OutlineReader {
  private readonly text: string;
  private readonly tokens: TokenList;
  /** Offset up to which line breaks were counted. */
  private countedTo = 0;
  private line = 0;
  /** First doc comment that may still belong to an item. */
  private docAt = 0;

  constructor(text: string, tokens: TokenList) {
    this.text = text;
    this.tokens = tokens;
  }

  /** Items come in byte order. */
  capture(item: OutlineItem): CapturedItem {
    const { starts, ends } = this.tokens;
    const headStart = numberAt(starts, item.head);
    const nodeEnd = numberAt(ends, item.end - 1);
    const outer = this.listOuter(item, headStart);
    const start = outer[0]?.start ?? headStart;
    return {
      type: item.type,
      nodeStart: headStart,
      nodeEnd,
      headStart,
      start,
      end: item.type === 'macro_invocation' ? endOfCall(this.text, nodeEnd) : nodeEnd,
      row: this.lineOf(start),
      parent: item.parent,
      parts: this.partsOf(item),
      outer: outer.map((piece) => this.text.slice(piece.start, piece.end)),
      inner: [],
    };
  }

  listInner(attributes: readonly TokenRange[]): Extent[] {
    const docs = this.tokens.docs.filter((doc) => doc.isInner);
    if (attributes.length === 0) return docs;
    return [...attributes.map((range) => this.extentOf(range)), ...docs].sort((a, b) => a.start - b.start);
  }

  /** Attributes and doc comments between the token before the item and the item. */
  private listOuter({ first, head }: OutlineItem, headStart: number): Extent[] {
    const pieces: Extent[] = this.listDocs(
      first === 0 ? 0 : numberAt(this.tokens.ends, first - 1),
      headStart,
    );
    if (first === head) return pieces;
    const { mates } = this.tokens;
    for (let at = first; at < head; ) {
      const to = numberAt(mates, at + 1) + 1;
      pieces.push(this.extentOf({ from: at, to }));
      at = to;
    }
    return pieces.sort((a, b) => a.start - b.start);
  }

  private listDocs(from: number, to: number): DocComment[] {
    const { docs } = this.tokens;
    const found: DocComment[] = [];
    for (; this.docAt < docs.length; this.docAt += 1) {
      const doc = docs[this.docAt];
      if (doc === undefined || doc.start >= to) break;
      if (doc.start >= from && !doc.isInner) found.push(doc);
    }
    return found;
  }

  private lineOf(offset: number): number {
    let at = this.text.indexOf('\n', this.countedTo);
    for (; at !== -1 && at < offset; at = this.text.indexOf('\n', at + 1)) this.line += 1;
    this.countedTo = offset;
    return this.line;
  }

  private partsOf({ parts, rules }: OutlineItem): ItemParts {
    const found: ItemParts = {};
    for (const [name, range] of Object.entries(parts) as [NotedPart, TokenRange][]) {
      found[name] = this.extentOf(range);
    }
    if (rules !== undefined) found.arms = this.readArms(rules);
    return found;
  }

  private readArms({ from, to }: TokenRange): Extent[] {
    const { kinds, mates } = this.tokens;
    const arms: Extent[] = [];
    for (let at = from + 1; at < to - 1; ) {
      const end = numberAt(mates, at) + 1;
      if (end <= at) break;
      arms.push(this.extentOf({ from: at, to: end }));
      const open = end + 2; // behind `=>`
      at = numberAt(mates, open) + 1;
      if (at <= open) break;
      if (kinds[at] === P.semicolon) at += 1;
    }
    return arms;
  }

  /** A raw identifier starts with its `r#`, which is no part of the token. */
  private extentOf({ from, to }: TokenRange): Extent {
    const start = numberAt(this.tokens.starts, from);
    const isRaw = this.text.startsWith('r#', start - 2);
    return { start: isRaw ? start - 2 : start, end: numberAt(this.tokens.ends, to - 1) };
  }
}

function giveInner(file: CapturedFile, pieces: readonly Extent[], text: string): void {
  const open: CapturedItem[] = [];
  let next = 0;
  for (const { start, end } of pieces) {
    for (
      let item = file.items[next];
      item !== undefined && item.nodeStart <= start;
      item = file.items[next]
    ) {
      open.push(item);
      next += 1;
    }
    while ((open.at(-1)?.end ?? Number.POSITIVE_INFINITY) <= start) open.pop();
    (open.at(-1)?.inner ?? file.inner).push(text.slice(start, end));
  }
}
