import { DefFlag } from '../../facts.js';
import { entryAt, numberAt } from '../../indexed.js';
import type { Reference } from '../edge-recorder.js';
import type { TypeEnv } from '../lowering.js';
import { type Definition, Ns, type Scope, type SourceFile } from '../model.js';
import type { Tools } from '../tools.js';
import { shallow, type TraitRef, type Type, UNKNOWN } from '../types.js';

/** The readers of expressions call each other through this table. */
export interface InferRules {
  expression(body: Body, node: number, expected?: Type): Type;
  pattern(body: Body, node: number, type: Type): void;
}

/** A bound that could not be decided when it came up. */
export interface Obligation {
  type: Type;
  ref: TraitRef;
}

/** A call of a trait's function whose `Self` is known later. */
export interface DeferredCall {
  self: Type;
  ref: TraitRef;
  def: Definition;
  reference: Reference;
  /** Found on a value or type, so that without a decision nothing is known; a path names at least the trait's function. */
  isMember: boolean;
}

const MAX_COERCION_STEPS = 3;
/** Chains of calls and operators nest as deep as they are long; what stands deeper stays unresolved. */
const MAX_EXPRESSION_DEPTH = 600;

/** The state of one function body, constant or closure while its types are inferred. */
export class Body {
  readonly tools: Tools;
  readonly rules: InferRules;
  readonly file: SourceFile;
  readonly def: Definition;
  readonly item: number;
  scope: Scope;
  mask: number;
  /** What `return` and `?` leave with. */
  returnType: Type;
  /** Types of the values of `break`, innermost loop last. */
  readonly breaks: Type[][] = [];
  readonly deferred: DeferredCall[] = [];
  /** Inside the arguments of a macro nobody knows: names may mean anything there. */
  foreignMacros = 0;
  /** The body calls a macro that may define names, or holds what could not be read. */
  hasForeignMacro: boolean;
  /** Inside any macro's arguments. */
  macros = 0;
  private depth = 0;
  private pending: Obligation[] = [];
  private readonly locals: Map<string, Type>[] = [new Map<string, Type>()];

  constructor(input: { tools: Tools; rules: InferRules; def: Definition; returnType: Type }) {
    this.tools = input.tools;
    this.rules = input.rules;
    this.def = input.def;
    this.file = input.def.file;
    this.item = input.def.fact.item;
    this.scope = input.def.scope;
    this.mask = input.def.mask;
    this.returnType = input.returnType;
    this.hasForeignMacro = (input.def.fact.flags & DefFlag.opaqueBody) !== 0;
  }

  get code(): Int32Array {
    return this.file.facts.code;
  }

  /** What types written in the body mean. */
  get env(): TypeEnv {
    return {
      file: this.file,
      scope: this.scope,
      mask: this.mask,
      def: this.def,
      self: this.tools.lowering.selfTypeOf(this.def),
      infer: true,
    };
  }

  infer(node: number, expected?: Type): Type {
    if (this.depth >= MAX_EXPRESSION_DEPTH) {
      this.unresolved(numberAt(this.code, node + 1), '');
      return UNKNOWN;
    }
    this.depth += 1;
    const type = this.rules.expression(this, node, expected);
    this.depth -= 1;
    return type;
  }

  bindPattern(node: number, type: Type): void {
    this.rules.pattern(this, node, type);
  }

  /** The type a type node stands for; its names are recorded. */
  type(node: number): Type {
    this.tools.typeReferences.visit(node, this.place, 'body-type');
    return this.tools.lowering.lower(node, this.env);
  }

  get place(): {
    file: SourceFile;
    scope: Scope;
    mask: number;
    def: Definition;
    item: number;
    isUnsure: boolean;
  } {
    const isUnsure = this.macros > 0 || this.hasForeignMacro;
    return { file: this.file, scope: this.scope, mask: this.mask, def: this.def, item: this.item, isUnsure };
  }

  reference(pos: number, name: string): Reference {
    return { file: this.file, item: this.item, pos, name };
  }

  /** Counts a reference nobody answers, unless a macro may have given its words another meaning. */
  unresolved(pos: number, name: string): void {
    if (this.foreignMacros === 0) this.tools.recorder.unresolved(this.reference(pos, name));
  }

  local(name: string): Type | undefined {
    for (let index = this.locals.length - 1; index >= 0; index -= 1) {
      const type = entryAt(this.locals, index).get(name);
      if (type !== undefined) return type;
    }
    return undefined;
  }

  declare(name: string, type: Type): void {
    entryAt(this.locals, this.locals.length - 1).set(name, type);
  }

  /** Runs `read` with locals of its own. */
  inScope<T>(read: () => T): T {
    this.locals.push(new Map());
    try {
      return read();
    } finally {
      this.locals.pop();
    }
  }

  /** A function declared in the block hides an outer local of the same name only when no local is nearer. */
  isItem(name: string): boolean {
    return (
      this.scope.kind === 'block' &&
      this.scope.names.get(name)?.some((binding) => (binding.ns & Ns.value) !== 0) === true
    );
  }

  normalize(type: Type): Type {
    return this.tools.selector.normalize(type);
  }

  /** The type as far as it is known, pending bounds solved when it is open. */
  settled(type: Type): Type {
    const at = this.normalize(type);
    if (at.k !== 'var' || this.pending.length === 0) return at;
    this.settle();
    return this.normalize(at);
  }

  promise(obligation: Obligation): void {
    this.pending.push(obligation);
  }

  /** Tries the pending bounds again. */
  settle(): void {
    if (this.pending.length === 0) return;
    const open = this.pending;
    this.pending = [];
    for (const obligation of open) {
      const type = this.normalize(obligation.type);
      if (type.k === 'var' || this.tools.selector.holds(type, obligation.ref) === 'maybe')
        this.pending.push(obligation);
    }
  }

  /** Makes a value of one type fit where another is wanted; a misfit changes nothing. */
  coerce(actual: Type, wanted: Type): void {
    const a = this.normalize(actual);
    const w = this.normalize(wanted);
    if (this.tryUnify(a, w)) return;
    if (a.k !== 'ref' || w.k !== 'ref') return;
    // a mutable reference fits where a shared one is wanted, an array where a slice is
    const [from, to] = [shallow(a.inner), shallow(w.inner)];
    if (this.tryUnify(from, to)) return;
    if (from.k === 'array' && to.k === 'slice' && this.tryUnify(from.item, to.item)) return;
    let step: Type | null = shallow(a.inner);
    for (let count = 0; step !== null && count < MAX_COERCION_STEPS; count += 1) {
      step = this.tools.methods.deref(step);
      if (step !== null && this.tryUnify(step, w.inner)) return;
    }
  }

  private tryUnify(a: Type, b: Type): boolean {
    const { unifier } = this.tools;
    const mark = unifier.mark();
    if (unifier.unify(a, b)) return true;
    unifier.rollback(mark);
    return false;
  }
}
