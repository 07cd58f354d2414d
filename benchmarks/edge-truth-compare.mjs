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
   * The row that holds the function whose name stands at a byte: its own, or the macro call whose text it is part of. Undefined
   * where nothing of the kind is written.
   */
  holding(path, offset, text) {
    const row = this.around(path, offset);
    if (row === undefined) return undefined;
    const name = /^(?:r#)?\w+/.exec(text.toString('latin1', offset, offset + 200))?.[0]?.replace(/^r#/, '');
    const isOwn = isFunctionKind(row.kind) && row.name.replace(/^r#/, '') === name;
    return isOwn || row.kind === 'macro_call' ? row : undefined;
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
 * `right`: the analyzer names the same callee there; `wrong`: it names another. Where it says nothing: `operator` for what is no name,
 * `inactive` where it says nothing of any name of the caller, which is configured out or stands in a macro nobody could expand, `silent` for the rest.
 */
export function judgeEdges(edges, { truth, places, calls }) {
  const verdicts = new Map();
  const found = new Set();
  const active = activeRows(truth, places);
  for (const edge of edges) {
    if (edge.kind !== 'calls') continue;
    const caller = places.byKey.get(edge.from);
    for (const site of edge.sites) {
      const key = `${edge.from} ${site.line} ${edge.to}`;
      const said = truth.references.get(caller.file)?.get(site.start);
      const call = calls.get(`${caller.file}:${site.start}`);
      const isRight = call?.callees.has(edge.to) === true;
      if (isRight) found.add(`${caller.file}:${site.start}`);
      const silence = said === undefined ? explainSilence(site, caller, { truth, active }) : 'wrong';
      const verdict = isRight ? 'right' : silence;
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

/** Rows in whose own text the analyzer names anything. */
function activeRows(truth, places) {
  const active = new Set();
  for (const [path, byOffset] of truth.references) {
    for (const offset of byOffset.keys()) active.add(places.around(path, offset)?.isgl1_key);
  }
  return active;
}

function explainSilence(site, caller, { truth, active }) {
  const text = truth.texts.get(caller.file)?.toString('latin1', site.start, site.end) ?? '';
  if (text !== '' && (!/^\w+$/.test(text) || text === 'await')) return 'operator';
  return active.has(caller.isgl1_key) ? 'silent' : 'inactive';
}

/** Right at one site of a line is right for the line. */
function rank(verdict) {
  return ['operator', 'inactive', 'silent', 'wrong', 'right'].indexOf(verdict);
}

/** Figures of one class of callers. */
export function summarize({ verdicts, found }, calls, isInClass) {
  const own = verdicts.filter(({ caller }) => isInClass(caller));
  const count = (verdict) => own.filter((entry) => entry.verdict === verdict).length;
  const [right, wrong, silent] = [count('right'), count('wrong'), count('silent')];
  // several calls of one function on one line are one (caller, line, callee)
  const wanted = new Map();
  for (const [place, call] of calls) {
    if (!isInClass(call.caller)) continue;
    const key = `${call.caller.isgl1_key} ${call.line} ${[...call.callees].sort().join(' ')}`;
    wanted.set(key, (wanted.get(key) ?? false) || found.has(place));
  }
  const hits = [...wanted.values()].filter(Boolean).length;
  const [inactive, operator] = [count('inactive'), count('operator')];
  return { right, wrong, silent, inactive, operator, calls: wanted.size, hits };
}

/** Shares of a summary, or of the sum of several: `floor` counts what the analyzer is silent about as wrong. */
export function shares({ right, wrong, silent, calls, hits }) {
  return {
    precision: right / (right + wrong),
    floor: right / (right + wrong + silent),
    recall: hits / calls,
  };
}

/** Why an edge and the analyzer disagree, as far as it can be told from names. */
export function categorize({ edge, callees, said }, places) {
  const target = places.byKey.get(edge.to);
  const isTwin = (row) => row.name === target.name && row.cfg !== target.cfg;
  if (callees.some((key) => isTwin(places.byKey.get(key)))) return 'another configuration';
  if (callees.length > 0) return 'another row';
  const [symbol = ''] = said;
  if (symbol.startsWith('local ')) return 'a local';
  if (!isFunctionSymbol(symbol)) return 'no function';
  if (/^rust-analyzer cargo (?:core|alloc|std) /.test(symbol)) return 'the standard library';
  return 'a function without a row';
}
