import { Node } from '../facts.js';
import { numberAt } from '../indexed.js';
import type { SourceFile } from './model.js';

/** A segment of a path: its name, where it stands, the node of its generic arguments or 0. */
export interface PathSegment {
  name: string;
  pos: number;
  args: number;
}

const SEGMENT_SIZE = 3;

/** The segments of a `path` or `qpath` node. */
export function segmentsOf(file: SourceFile, node: number): PathSegment[] {
  const { code } = file.facts;
  const at = code[node] === Node.qpath ? node + 5 : node + 4;
  const count = numberAt(code, at - 1);
  const segments: PathSegment[] = [];
  for (let index = 0; index < count; index += 1) {
    const base = at + index * SEGMENT_SIZE;
    segments.push({
      name: file.name(numberAt(code, base)),
      pos: numberAt(code, base + 1),
      args: numberAt(code, base + 2),
    });
  }
  return segments;
}

/** True for `::a::b`. */
export function isGlobalPath(file: SourceFile, node: number): boolean {
  return file.facts.code[node] === Node.path && file.facts.code[node + 2] === 1;
}

/** The `count` numbers that start at `from`. */
export function listAt(file: SourceFile, from: number, count: number): Int32Array {
  return file.facts.code.subarray(from, from + count);
}

/** The type nodes and bindings of an `args` node. */
export function genericArguments(
  file: SourceFile,
  node: number,
): { types: Int32Array; assoc: [string, number][] } {
  const { code } = file.facts;
  const typeCount = numberAt(code, node + 2);
  const assocCount = numberAt(code, node + 3);
  const assoc: [string, number][] = [];
  for (let index = 0; index < assocCount; index += 1) {
    const at = node + 4 + typeCount + index * 2;
    assoc.push([file.name(numberAt(code, at)), numberAt(code, at + 1)]);
  }
  return { types: listAt(file, node + 4, typeCount), assoc };
}
