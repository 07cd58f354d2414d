import { Node } from '../facts.js';
import { entryAt, numberAt } from '../indexed.js';
import { isGlobalPath, type PathSegment, segmentsOf } from './code-reader.js';
import type { EdgeRecorder, Reference } from './edge-recorder.js';
import type { Lowering } from './lowering.js';
import { type Definition, Ns, type Resolved, type Scope, type SourceFile } from './model.js';
import { reportMissingName, reportUnknownName } from './name-problems.js';
import { reportPrivate } from './private-items.js';
import type { NameTools } from './tools.js';

/** Where type names stand and who is charged for them. */
export interface TypePlace {
  file: SourceFile;
  scope: Scope;
  mask: number;
  def: Definition | undefined;
  item: number;
  /** A macro may have given the names another meaning. */
  isUnsure?: boolean;
}

/** Records an edge for every type, trait and alias a type names. */
export class TypeReferences {
  private readonly lowering: Lowering;
  private readonly recorder: EdgeRecorder;
  private readonly tools: NameTools;

  constructor(lowering: Lowering, recorder: EdgeRecorder, tools: NameTools) {
    this.lowering = lowering;
    this.recorder = recorder;
    this.tools = tools;
  }

  /** Visits a type node and everything inside it. */
  visit(node: number, place: TypePlace, reason: string): void {
    if (node === 0) return;
    const { code } = place.file.facts;
    switch (code[node]) {
      case Node.path:
        this.visitPath(node, place, reason);
        return;
      case Node.qpath:
        this.visit(numberAt(code, node + 2), place, reason);
        this.visit(numberAt(code, node + 3), place, reason);
        this.visitArguments(node, place, reason);
        return;
      case Node.typeRef:
      case Node.typePtr:
        this.visit(numberAt(code, node + 3), place, reason);
        return;
      case Node.typeSlice:
      case Node.typeArray:
        this.visit(numberAt(code, node + 2), place, reason);
        return;
      case Node.typeTuple:
      case Node.typeDyn:
      case Node.typeImpl:
        this.visitList({ at: node + 3, count: numberAt(code, node + 2) }, place, reason);
        return;
      case Node.typeFn:
      case Node.fnArgs:
        this.visitList({ at: node + 4, count: numberAt(code, node + 2) }, place, reason);
        this.visit(numberAt(code, node + 3), place, reason);
        return;
      case Node.args:
        this.visitGenerics(node, place, reason);
        return;
      default:
    }
  }

  private visitList({ at, count }: { at: number; count: number }, place: TypePlace, reason: string): void {
    for (let index = 0; index < count; index += 1)
      this.visit(numberAt(place.file.facts.code, at + index), place, reason);
  }

  private visitGenerics(node: number, place: TypePlace, reason: string): void {
    const { code } = place.file.facts;
    const types = numberAt(code, node + 2);
    this.visitList({ at: node + 4, count: types }, place, reason);
    for (let index = 0; index < numberAt(code, node + 3); index += 1)
      this.visit(numberAt(code, node + 5 + types + index * 2), place, reason);
  }

  private visitArguments(node: number, place: TypePlace, reason: string): void {
    for (const { args } of segmentsOf(place.file, node)) this.visit(args, place, reason);
  }

  private visitPath(node: number, place: TypePlace, reason: string): void {
    this.visitArguments(node, place, reason);
    const segments = segmentsOf(place.file, node);
    const first = entryAt(segments, 0);
    if (first.name === 'Self' || this.lowering.generic(first.name, place.def) !== undefined) return;
    const { target, used, within } = this.lowering.names.resolvePath({
      segments: segments.map((segment) => segment.name),
      scope: place.scope,
      ns: Ns.type,
      mask: place.mask,
      global: isGlobalPath(place.file, node),
    });
    const { pos, name } = entryAt(segments, Math.max(0, used - 1));
    if (this.tools.problems.isWanted) this.judge(segments, place, { target, within, used });
    this.record(target, { file: place.file, item: place.item, pos, name }, reason);
  }

  private judge(
    segments: readonly PathSegment[],
    place: TypePlace,
    { target, within, used }: { target: Resolved | null; within: Scope | null; used: number },
  ): void {
    const { pos, name } = entryAt(segments, Math.max(0, used - 1));
    if (target === null) this.report(segments, place, { within, used });
    else if (place.isUnsure !== true) reportPrivate(this.tools, { target, within }, { ...place, pos, name });
  }

  private report(
    segments: readonly PathSegment[],
    place: TypePlace,
    { within, used }: { within: Scope | null; used: number },
  ): void {
    const { pos, name } = entryAt(segments, Math.min(used, segments.length - 1));
    const isUnsure = place.isUnsure === true;
    if (within !== null && used > 0) reportMissingName(this.tools, within, { ...place, pos, name, isUnsure });
    else if (!isUnsure && used === 0)
      reportUnknownName(this.tools, { ...place, pos, name, isHead: segments.length > 1 });
  }

  /** Records the use of what a type name stands for. */
  record(target: Resolved | null, reference: Reference, reason: string): void {
    if (target === null) {
      this.recorder.unresolved(reference);
      return;
    }
    if (target.tag === 'primitive') return;
    if (target.tag === 'external') {
      this.recorder.external(reference, target.crate, target.path.join('::') || target.crate);
      return;
    }
    if (target.kind === 'module') return;
    this.recorder.toDefinition(reference, target, 'uses_type', reason);
  }
}
