// Holds edges of the graph against what the analyzer says of the same places.
import { isFunctionSymbol, useRanges } from './edge-truth-scip.mjs';

/** Rows of one repository, to be asked which stands around a place. */
export class RowPlaces {
  constructor(rows) {
    this.byFile = new Map();
    this.byKey = new Map(rows.map((row) => [row.isgl1_key, row]));
    for (const row of rows) {
      if (!this.byFile.has(row.file)) this.byFile.set(row.file, []);
      this.byFile.get(row.file).push(row);
    }
  }

  /** The innermost row around a byte. */
  around(path, offset) {
    let found;
    for (const row of this.byFile.get(path) ?? []) {
      if (row.span.start > offset || offset >= row.span.end) continue;
      if (found === undefined || row.span.end - row.span.start <= found.span.end - found.span.start)
        found = row;
    }
    return found;
  }

  /**
   * The row that holds the function whose name stands at a byte: its own, or the macro call whose text it is part of. Undefined for functions a
   * macro makes of other words.
   */
  holding(path, offset, text) {
    const row = this.around(path, offset);
    if (row === undefined) return undefined;
    const name = /^(?:r#)?\w+/.exec(text.toString('latin1', offset, offset + 200))?.[0]?.replace(/^r#/, '');
    const isOwn = isFunctionKind(row.kind) && row.name.replace(/^r#/, '') === name;
    const isInMacro =
      row.kind === 'macro_call' && /\bfn\s+$/.test(text.toString('latin1', Math.max(0, offset - 40), offset));
    return isOwn || isInMacro ? row : undefined;
  }
}

function isFunctionKind(kind) {
  return kind === 'function' || kind === 'method';
}

/**
 * Calls the analyzer knows between rows of the repository: `caller`, `line`, the `callees` that may be meant (more than one where symbols of
 * several targets collide), and the place. A function passed by name counts as a call of it.
 */
export function trueCalls({ definitions, references, texts }, places) {
  const rowsOf = new Map();
  for (const [symbol, known] of definitions) {
    if (!isFunctionSymbol(symbol)) continue;
    const rows = known.map(({ path, offset }) => places.holding(path, offset, texts.get(path)));
    rowsOf.set(
      symbol,
      rows.filter((row) => row !== undefined),
    );
  }
  const calls = new Map();
  for (const [path, byOffset] of references) {
    const uses = useRanges(texts.get(path));
    for (const reference of byOffset.values()) {
      const { offset, line, symbols } = reference;
      const callees = [...symbols].filter(isFunctionSymbol).flatMap((symbol) => rowsOf.get(symbol) ?? []);
      if (callees.length === 0 || uses.some(([start, end]) => start <= offset && offset < end)) continue;
      const caller = places.around(path, offset);
      if (caller === undefined) continue;
      calls.set(`${path}:${offset}`, {
        path,
        offset,
        line,
        caller,
        callees: new Set(callees.map((row) => row.isgl1_key)),
      });
    }
  }
  return calls;
}

/**
 * Judges every call edge of a tier by its sites, keyed (caller, line, callee).
 *
 * `right`: the analyzer names the same callee there; `wrong`: it names another; `unjudged`: it says nothing of the place, because the code is
 * configured out, stands in a macro it could not expand, or is an operator.
 */
export function judgeEdges(edges, { truth, places, calls }) {
  const verdicts = new Map();
  const found = new Set();
  for (const edge of edges) {
    if (edge.kind !== 'calls') continue;
    const caller = places.byKey.get(edge.from);
    for (const site of edge.sites) {
      const key = `${edge.from} ${site.line} ${edge.to}`;
      const said = truth.references.get(caller.file)?.get(site.start);
      const call = calls.get(`${caller.file}:${site.start}`);
      const isRight = call?.callees.has(edge.to) === true;
      if (isRight) found.add(`${caller.file}:${site.start}`);
      const verdict = isRight ? 'right' : said === undefined ? 'unjudged' : 'wrong';
      const known = verdicts.get(key);
      if (known === undefined || rank(verdict) > rank(known.verdict))
        verdicts.set(key, {
          verdict,
          edge,
          caller,
          site,
          said: said === undefined ? [] : [...said.symbols],
          callees: [...(call?.callees ?? [])],
        });
    }
  }
  return { verdicts: [...verdicts.values()], found };
}

/** Right at one site of a line is right for the line. */
function rank(verdict) {
  return ['unjudged', 'wrong', 'right'].indexOf(verdict);
}

/** Figures of one class of callers. */
export function summarize({ verdicts, found }, calls, isInClass) {
  const own = verdicts.filter(({ caller }) => isInClass(caller));
  const count = (verdict) => own.filter((entry) => entry.verdict === verdict).length;
  const [right, wrong, unjudged] = [count('right'), count('wrong'), count('unjudged')];
  // several calls of one function on one line are one (caller, line, callee)
  const wanted = new Map();
  for (const [place, call] of calls) {
    if (!isInClass(call.caller)) continue;
    const key = `${call.caller.isgl1_key} ${call.line} ${[...call.callees].sort().join(' ')}`;
    wanted.set(key, (wanted.get(key) ?? false) || found.has(place));
  }
  const hits = [...wanted.values()].filter(Boolean).length;
  return {
    right,
    wrong,
    unjudged,
    calls: wanted.size,
    hits,
    precision: right / (right + wrong),
    recall: hits / wanted.size,
  };
}
