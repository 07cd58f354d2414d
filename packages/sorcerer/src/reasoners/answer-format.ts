import {
  type Edit,
  type EditTarget,
  isInsidePath,
  isKey,
  type Placement,
  pathOfKey,
} from '@parseltongue/isg-core';
import { REDACTION_MARK } from '../redact.js';

/** What the text of an answer says. */
export interface ParsedAnswer {
  /** In the order of the text, with `base_hash` null: the workflow binds them to the files that were shown. */
  edits: Edit[];
  questions: string[];
  /** Text outside blocks. */
  notes: string;
  /** Why blocks could not be read; any entry makes the whole answer unusable. */
  problems: string[];
}

/**
 * Reads an answer of a text reasoner.
 *
 * ```text
 * answer  = { block | line }
 * block   = header NL { blank } fence            ; EDIT, CREATE
 *         | header NL [ { blank } fence ]        ; DELETE (a body is ignored), ASK (none)
 * header  = "EDIT" SP target | "DELETE" SP target | "CREATE" SP place | "ASK" SP question
 * place   = path | ( "after" | "before" | "end_of" ) SP key
 * target  = key | path                            ; one word; backticks around it are dropped
 * fence   = open NL body NL close                 ; >= 3 of ` or ~, the close at least as long, alone on its line
 * ```
 * A header stands at the start of a line, outside every fence; Markdown decoration (`#`, `*`, a list dash is none) before
 * it is dropped. A body with `<<<<<<< SEARCH` is search/replace, one fenced as `diff` a unified diff, all others whole
 * items. A fence that never closes, a missing body, a malformed target, elided code and quoted redactions are problems.
 */
export function parseAnswer(text: string): ParsedAnswer {
  const answer: ParsedAnswer = { edits: [], questions: [], notes: '', problems: [] };
  const lines = text.split(/\r?\n/);
  const notes: string[] = [];
  let at = 0;
  while (at < lines.length) {
    const header = readHeader(lines[at] ?? '');
    if (header === undefined) {
      const fence = readFence(lines, at);
      notes.push(...lines.slice(at, fence?.next ?? at + 1));
      if (fence?.isClosed === false)
        answer.problems.push('A code fence is never closed: the answer is cut off');
      at = fence?.next ?? at + 1;
    } else {
      at = readBlock({ header, lines, at: at + 1 }, answer);
    }
  }
  answer.notes = notes.join('\n').trim();
  if (answer.edits.length + answer.questions.length + answer.problems.length === 0) {
    answer.problems.push('The answer holds no EDIT, CREATE, DELETE or ASK block');
  }
  return answer;
}

interface Header {
  verb: 'EDIT' | 'CREATE' | 'DELETE' | 'ASK';
  rest: string;
}

interface Fence {
  info: string;
  body: string[];
  isClosed: boolean;
  /** Index of the line after the fence. */
  next: number;
}

function readHeader(line: string): Header | undefined {
  const match = /^(?:#{1,6} |\*\*)?(EDIT|CREATE|DELETE|ASK):? +(\S.*?)(?:\*\*)?\s*$/.exec(line);
  if (match === null) return undefined;
  const verb = match[1] as Header['verb'];
  const rest = match[2] ?? '';
  if (verb === 'ASK') return { verb, rest };
  const words = rest.split(/\s+/);
  const isPlaced = verb === 'CREATE' && /^(?:after|before|end_of)$/.test(words[0] ?? '');
  return words.length === (isPlaced ? 2 : 1) ? { verb, rest: rest.replaceAll('`', '') } : undefined;
}

function readBlock(
  { header, lines, at }: { header: Header; lines: string[]; at: number },
  answer: ParsedAnswer,
): number {
  if (header.verb === 'ASK') {
    answer.questions.push(header.rest);
    return at;
  }
  const fence = readFence(lines, skipBlank(lines, at));
  if (header.verb === 'DELETE') {
    pushEdit(answer, header, { op: 'delete', format: 'whole_item', body: '' });
    return fence?.next ?? at;
  }
  if (fence === undefined) {
    answer.problems.push(`${header.verb} ${header.rest} has no fenced body`);
    return at;
  }
  if (!fence.isClosed)
    answer.problems.push(`The body of ${header.verb} ${header.rest} is never closed: the answer is cut off`);
  else pushBody(answer, header, fence);
  return fence.next;
}

function pushBody(answer: ParsedAnswer, header: Header, fence: Fence): void {
  const problem = findBodyProblem(fence);
  if (problem !== undefined) {
    answer.problems.push(`${header.verb} ${header.rest}: ${problem}`);
    return;
  }
  const op = header.verb === 'CREATE' ? 'create' : 'edit';
  pushEdit(answer, header, { op, format: formatOf(fence), body: `${fence.body.join('\n')}\n` });
}

function pushEdit(answer: ParsedAnswer, header: Header, edit: Pick<Edit, 'op' | 'format' | 'body'>): void {
  const words = header.rest.split(/\s+/);
  const [first = '', second = ''] = words;
  if (words.length === 2) {
    if (isKey(second)) {
      const placement = { at: first, key: second } as Placement;
      answer.edits.push({ target: { path: pathOfKey(second) }, base_hash: null, placement, ...edit });
    } else {
      answer.problems.push(`CREATE ${header.rest}: "${second}" is not a key`);
    }
    return;
  }
  const target = readTarget(first);
  if (target === undefined)
    answer.problems.push(`${header.verb} ${first}: neither a key nor a path inside the repository`);
  else if (edit.op === 'create' && 'key' in target)
    answer.problems.push(`CREATE ${first}: say where, with after, before or end_of a key`);
  else answer.edits.push({ target, base_hash: null, ...edit });
}

/** A name in a key holds no dot, so a text that ends in an extension is a path. */
function readTarget(word: string): EditTarget | undefined {
  const endsLikePath = /\.[A-Za-z0-9]+$/.test(word.slice(word.lastIndexOf('/') + 1));
  if (!endsLikePath && isKey(word)) return { key: word };
  return isInsidePath(word) ? { path: word } : undefined;
}

function formatOf(fence: Fence): Edit['format'] {
  if (fence.body.some((line) => /^<{5,9} ?SEARCH\s*$/.test(line))) return 'search_replace';
  return fence.info === 'diff' ? 'unified_diff' : 'whole_item';
}

function findBodyProblem(fence: Fence): string | undefined {
  if (fence.body.every((line) => line.trim() === ''))
    return 'the body is empty; use DELETE to remove an item';
  if (fence.body.some((line) => line.includes(REDACTION_MARK)))
    return 'the body quotes a redacted secret; leave that code alone';
  const elided = fence.body.find((line) => ELISION.test(line));
  return elided === undefined ? undefined : `the body leaves code out ("${elided.trim()}"); write all of it`;
}

const ELISION =
  /^\s*(?:\/\/+|\/\*|#)?\s*(?:\.\.\.|\u2026)\s*(?:\*\/)?$|^\s*\/\/.*\b(?:rest|remainder|remaining)\b.*\b(?:unchanged|same|as before|omitted)\b/i;

function skipBlank(lines: readonly string[], from: number): number {
  let at = from;
  while (at < lines.length && lines[at]?.trim() === '') at += 1;
  return at;
}

function readFence(lines: readonly string[], at: number): Fence | undefined {
  const open = /^ {0,3}(`{3,}|~{3,})\s*([\w+-]*)[^`]*$/.exec(lines[at] ?? '');
  const marker = open?.[1];
  if (marker === undefined) return undefined;
  const close = new RegExp(`^ {0,3}${marker[0] ?? ''}{${marker.length},}\\s*$`);
  const end = lines.findIndex((line, i) => i > at && close.test(line));
  const isClosed = end !== -1;
  const next = isClosed ? end + 1 : lines.length;
  return {
    info: (open?.[2] ?? '').toLowerCase(),
    body: lines.slice(at + 1, isClosed ? end : lines.length),
    isClosed,
    next,
  };
}
