import type { Edit, EditRefusal, EditRefusalCode, EditStrategy, Placement } from './edit.js';
import { parseHunks, parseSearchBlocks } from './edit-body.js';
import { isInsidePath } from './key.js';
import { locateSearch } from './locate-search.js';
import type { Chunk, Span } from './row.js';

/** Edits of one file and what is known of it. */
export interface ApplyEditsInput {
  path: string;
  /** The file's text, null when it does not exist. */
  text: string | null;
  /** sha-256 of the file's bytes, null when it does not exist. */
  hash: string | null;
  /** The file's rows with spans in `text`. */
  rows: readonly Chunk[];
  edits: readonly Edit[];
}

/** Where an edit landed, in UTF-16 units of the old text. */
export interface PlacedEdit {
  edit: Edit;
  strategy: EditStrategy;
  start: number;
  end: number;
  replacement: string;
}

export type ApplyEditsResult =
  /** `text` null deletes the file. */
  | { status: 'applied'; text: string | null; placed: PlacedEdit[] }
  | { status: 'refused'; edit: Edit; refusal: EditRefusal };

/**
 * Applies the edits of one file to its text, all or none, bottom-up against one hash.
 *
 * Each edit must have exactly one place; a second candidate, an overlap or a changed base refuses the whole set and
 * says why. Line ends follow the file; a whole item keeps the indent of the item it replaces.
 */
export function applyEdits(input: ApplyEditsInput): ApplyEditsResult {
  const placed: PlacedEdit[] = [];
  const whole = input.edits.find((edit) => replacesFile(edit));
  for (const edit of input.edits) {
    const outcome = checkEdit(input, edit) ?? (edit === whole ? undefined : placeEdit(input, edit));
    if (outcome === undefined) continue;
    if ('code' in outcome) return { status: 'refused', edit, refusal: outcome };
    placed.push(...outcome);
  }
  if (whole !== undefined) return applyWholeFile(input, whole);
  placed.sort((a, b) => b.start - a.start || b.end - a.end);
  const clash = placed.find((edit, i) => i > 0 && edit.end > (placed[i - 1]?.start ?? Infinity));
  if (clash !== undefined) {
    return {
      status: 'refused',
      edit: clash.edit,
      refusal: refuse(
        'edits_overlap',
        `Two edits of ${input.path} meet in the same lines. Merge them into one`,
      ),
    };
  }
  return { status: 'applied', text: splice(input.text ?? '', placed), placed };
}

type Outcome = EditRefusal | PlacedEdit[];

function replacesFile(edit: Edit): boolean {
  return (
    'path' in edit.target &&
    edit.placement === undefined &&
    (edit.op === 'delete' || edit.format === 'whole_item')
  );
}

function checkEdit(input: ApplyEditsInput, edit: Edit): EditRefusal | undefined {
  if (!isInsidePath(input.path))
    return refuse('path_outside', `${input.path} is not a path inside the repository`);
  if (edit.op === 'rename')
    return refuse('unsupported', 'Renaming is a delete and a create, or edits of the item and its callers');
  const createsFile = edit.op === 'create' && replacesFile(edit);
  if (createsFile) {
    return input.text === null
      ? undefined
      : refuse('target_exists', `${input.path} exists already. Edit it instead`, {
          current_text: input.text,
        });
  }
  if (input.text === null) return refuse('target_unknown', `${input.path} does not exist. Create it instead`);
  if (edit.base_hash !== input.hash) {
    const problem =
      edit.base_hash === null
        ? 'exists: base_hash has to be the sha-256 of the text the edit was made against'
        : 'changed since the edit was made. Read it again';
    return refuse('base_changed', `${input.path} ${problem}`, { current_text: input.text });
  }
  return undefined;
}

function applyWholeFile(input: ApplyEditsInput, edit: Edit): ApplyEditsResult {
  if (input.edits.length > 1) {
    return {
      status: 'refused',
      edit,
      refusal: refuse('edits_overlap', `An edit replaces all of ${input.path}; it cannot go with others`),
    };
  }
  const end = input.text?.length ?? 0;
  const replacement = edit.op === 'delete' ? '' : edit.body;
  const placed: PlacedEdit = { edit, strategy: 'whole_item', start: 0, end, replacement };
  return { status: 'applied', text: edit.op === 'delete' ? null : replacement, placed: [placed] };
}

function placeEdit(input: ApplyEditsInput, edit: Edit): Outcome {
  const text = input.text ?? '';
  if (edit.op === 'create') return placeCreation(input, edit, text);
  const span = findTarget(input, edit);
  if (span === undefined) {
    const key = 'key' in edit.target ? edit.target.key : input.path;
    return refuse('target_unknown', `No row ${key} in ${input.path}`, {
      candidates: nearestKeys(input.rows, key),
    });
  }
  if (edit.op === 'delete')
    return [toPlaced(edit, 'whole_item', { ...widenDeletion(text, span), replacement: '' })];
  if (edit.format === 'whole_item') return placeWholeItem(edit, text, span);
  return placeBlocks(edit, text, span);
}

function placeWholeItem(edit: Edit, text: string, span: Span): Outcome {
  const body = edit.body.replace(/^(?:[ \t]*\r?\n)+/, '').trimEnd();
  if (body.trim() === '')
    return refuse('body_malformed', 'The body is empty. Give the whole item, or delete it');
  const replacement = matchLineEnds(reindent(body, columnIndent(text, span.start)), text);
  return [toPlaced(edit, 'whole_item', { ...span, replacement })];
}

function placeBlocks(edit: Edit, text: string, span: Span): Outcome {
  const isDiff = edit.format === 'unified_diff';
  const blocks = isDiff ? parseHunks(edit.body) : parseSearchBlocks(edit.body);
  if (blocks === undefined) {
    const form = isDiff ? 'hunks that start with @@' : '<<<<<<< SEARCH, =======, >>>>>>> REPLACE blocks';
    return refuse('body_malformed', `The body does not consist of ${form}`);
  }
  const scope = text.slice(span.start, span.end);
  const placed: PlacedEdit[] = [];
  for (const block of blocks) {
    const located = locateSearch(scope, matchLineEnds(block.search, text), block.replacement);
    if (located.found === 'many')
      return refuse('search_ambiguous', 'The search block fits several places. Quote more lines', {
        candidates: located.candidates,
      });
    if (located.found === 'none')
      return refuse('search_not_found', 'The search block is nowhere in the target. Quote it exactly', {
        candidates: located.candidates,
      });
    const { start, end, replacement, strategy } = located.place;
    placed.push(
      toPlaced(edit, isDiff ? 'hunk' : strategy, {
        start: span.start + start,
        end: span.start + end,
        replacement: matchLineEnds(replacement, text),
      }),
    );
  }
  return placed;
}

function placeCreation(input: ApplyEditsInput, edit: Edit, text: string): Outcome {
  const placement = edit.placement;
  if (placement === undefined)
    return refuse('placement_missing', 'A created item needs a placement: after, before or end_of a row');
  const anchor = input.rows.find((row) => row.isgl1_key === placement.key);
  if (anchor === undefined) {
    return refuse('target_unknown', `No row ${placement.key} in ${input.path}`, {
      candidates: nearestKeys(input.rows, placement.key),
    });
  }
  const body = edit.body.trim();
  if (body === '') return refuse('body_malformed', 'The body of a created item is empty');
  const span = toUnits(text, anchor.span);
  const { at, before, after, indent } = creationPoint(text, span, { at: placement.at, kind: anchor.kind });
  const replacement = matchLineEnds(`${before}${reindent(body, indent)}${after}`, text);
  return [toPlaced(edit, 'whole_item', { start: at, end: at, replacement })];
}

interface CreationPoint {
  at: number;
  before: string;
  after: string;
  indent: string;
}

function creationPoint(
  text: string,
  span: Span,
  anchor: { at: Placement['at']; kind: Chunk['kind'] },
): CreationPoint {
  const indent = columnIndent(text, span.start);
  if (anchor.at === 'after') return { at: span.end, before: `\n\n${indent}`, after: '', indent };
  if (anchor.at === 'before') return { at: span.start, before: '', after: `\n\n${indent}`, indent };
  if (anchor.kind === 'file') {
    const end = text.trimEnd().length;
    return {
      at: end,
      before: end === 0 ? '' : '\n\n',
      after: text.slice(end) === '' ? '\n' : '',
      indent: '',
    };
  }
  return endOfBody(text, span, indent);
}

/** Just inside the closing brace of a container, one level deeper than the container. */
function endOfBody(text: string, span: Span, indent: string): CreationPoint {
  const close = text.lastIndexOf('}', span.end - 1);
  const inner = text.slice(span.start, close).trimEnd();
  const isEmpty = inner.endsWith('{');
  const deeper = `${indent}    `;
  return {
    at: span.start + inner.length,
    before: isEmpty ? `\n${deeper}` : `\n\n${deeper}`,
    after: text.slice(span.start + inner.length, close).includes('\n') ? '' : `\n${indent}`,
    indent: deeper,
  };
}

function findTarget(input: ApplyEditsInput, edit: Edit): Span | undefined {
  const text = input.text ?? '';
  if ('path' in edit.target) return { start: 0, end: text.length };
  const { key } = edit.target;
  const row = input.rows.find((candidate) => candidate.isgl1_key === key);
  return row === undefined ? undefined : toUnits(text, row.span);
}

/** A deletion takes its line and one of the blank lines around it. */
function widenDeletion(text: string, span: Span): Span {
  const lineStart = text.lastIndexOf('\n', span.start - 1) + 1;
  const isAlone = text.slice(lineStart, span.start).trim() === '';
  const restOfLine = /^[ \t]*(?:\r?\n|$)/.exec(text.slice(span.end));
  if (!isAlone || restOfLine === null) return span;
  const end = span.end + restOfLine[0].length;
  const blankAfter = /^[ \t]*\r?\n/.exec(text.slice(end));
  const blankBefore = /(?:^|\n)[ \t]*\r?\n$/.test(text.slice(0, lineStart));
  return {
    start: lineStart,
    end: blankAfter !== null && (blankBefore || lineStart === 0) ? end + blankAfter[0].length : end,
  };
}

/** Shifts all but the first line so that the last one, where an item closes, stands at `indent`. */
function reindent(body: string, indent: string): string {
  const lines = body.replace(/^[ \t]+/, '').split(/\r?\n/);
  const last = lines.at(-1) ?? '';
  const have = /^[ \t]*/.exec(last)?.[0] ?? '';
  // shifting a text over several lines would change its value
  if (lines.length === 1 || have === indent || holdsLongText(lines)) return lines.join('\n');
  return lines
    .map((line, i) => (i === 0 || line.trim() === '' ? line : shiftLine(line, have, indent)))
    .join('\n');
}

/** True when a string literal may go on over the end of a line; a raw string is taken for one. */
function holdsLongText(lines: readonly string[]): boolean {
  return lines.some((line) => {
    const code = line.replace(/\\.|'"'/g, '').replace(/\/\/[^"]*$/, '');
    return /\br#*"/.test(code) || code.split('"').length % 2 === 0;
  });
}

function shiftLine(line: string, have: string, indent: string): string {
  return line.startsWith(have) ? indent + line.slice(have.length) : line;
}

function columnIndent(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

function matchLineEnds(body: string, text: string): string {
  const usesCrlf = /\r\n/.test(text) && !/[^\r]\n/.test(text);
  return usesCrlf ? body.replace(/\r?\n/g, '\r\n') : body;
}

function splice(text: string, descending: readonly PlacedEdit[]): string {
  return descending.reduce(
    (result, edit) => result.slice(0, edit.start) + edit.replacement + result.slice(edit.end),
    text,
  );
}

/** UTF-8 byte offsets to UTF-16 units. */
function toUnits(text: string, span: Span): Span {
  let bytes = 0;
  let start = -1;
  for (let unit = 0; unit <= text.length; unit += 1) {
    if (bytes === span.start && start === -1) start = unit;
    if (bytes >= span.end) return { start: start === -1 ? unit : start, end: unit };
    const code = text.charCodeAt(unit);
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code >= 0xd800 && code <= 0xdfff ? 2 : 3;
  }
  return { start: start === -1 ? text.length : start, end: text.length };
}

function toPlaced(edit: Edit, strategy: EditStrategy, place: Span & { replacement: string }): PlacedEdit {
  return { edit, strategy, start: place.start, end: place.end, replacement: place.replacement };
}

function nearestKeys(rows: readonly Chunk[], key: string): string[] {
  const name = key.slice(key.lastIndexOf('-') + 1).toLowerCase();
  const isNear = (row: Chunk): boolean =>
    name.includes(row.name.toLowerCase()) || row.name.toLowerCase().includes(name);
  return rows
    .filter(isNear)
    .map((row) => row.isgl1_key)
    .slice(0, 5);
}

function refuse(
  code: EditRefusalCode,
  message: string,
  extra: Partial<Pick<EditRefusal, 'candidates' | 'current_text'>> = {},
): EditRefusal {
  return { code, message, candidates: extra.candidates ?? [], current_text: extra.current_text ?? null };
}
