import { entryAt } from '../indexed.js';
import { type AdtType, headOf, isEqual, shallow, type Type, type VarType } from './types.js';

/** Solves variables so that two types become one; what it did can be taken back. */
export class Unifier {
  private readonly trail: VarType[] = [];
  /** How often an unknown type was taken to fit a known one. */
  guesses = 0;

  mark(): number {
    return this.trail.length;
  }

  rollback(mark: number): void {
    while (this.trail.length > mark) this.trail.pop()!.to = null;
  }

  /** True when the types are one now; unknown types fit everything. On false, variables may be half solved. */
  unify(left: Type, right: Type): boolean {
    const a = shallow(left);
    const b = shallow(right);
    if (a === b) return true;
    if (a.k === 'var') return this.bind(a, b);
    if (b.k === 'var') return this.bind(b, a);
    if (isOpen(a) || isOpen(b)) {
      this.guesses += 1;
      return true;
    }
    if (a.k !== b.k) return false;
    return this.unifyParts(a, b);
  }

  private unifyParts(a: Type, b: Type): boolean {
    switch (a.k) {
      case 'adt':
        return a.def === (b as AdtType).def && this.unifyAll(a.args, (b as AdtType).args);
      case 'foreign':
        return b.k === 'foreign' && headOf(a) === headOf(b) && this.unifyAll(a.args, b.args);
      case 'ref':
        return b.k === 'ref' && a.mut === b.mut && this.unify(a.inner, b.inner);
      case 'ptr':
        return b.k === 'ptr' && this.unify(a.inner, b.inner);
      case 'tuple':
        return b.k === 'tuple' && a.items.length === b.items.length && this.unifyAll(a.items, b.items);
      case 'slice':
      case 'array':
        return (b.k === 'slice' || b.k === 'array') && this.unify(a.item, b.item);
      case 'fn':
        return b.k === 'fn' && this.unifyAll(a.params, b.params) && this.unify(a.ret, b.ret);
      case 'dyn':
      case 'opaque':
        return headOf(a) === headOf(b);
      default:
        return isEqual(a, b);
    }
  }

  private unifyAll(a: readonly Type[], b: readonly Type[]): boolean {
    const count = Math.min(a.length, b.length);
    for (let index = 0; index < count; index += 1) {
      if (!this.unify(entryAt(a, index), entryAt(b, index))) return false;
    }
    return true;
  }

  private bind(variable: VarType, type: Type): boolean {
    if (type.k === 'var') {
      if (variable.numeric && !type.numeric) return this.bind(type, variable);
    } else if (variable.numeric && type.k !== 'prim' && type.k !== 'unknown' && type.k !== 'never')
      return false;
    if (type.k === 'never' || type.k === 'unknown') return true;
    if (occurs(variable, type)) return false;
    variable.to = type;
    this.trail.push(variable);
    return true;
  }
}

/**
 * True when two types surely cannot become one, found without solving anything. Parameters, variables and types nothing is
 * concluded from may become any other.
 */
export function areApart(left: Type, right: Type): boolean {
  const a = shallow(left);
  const b = shallow(right);
  if (a === b || isUndecided(a) || isUndecided(b)) return false;
  switch (a.k) {
    case 'adt':
      return b.k !== 'adt' || a.def !== b.def || areSomeApart(a.args, b.args);
    case 'ref':
      return b.k !== 'ref' || a.mut !== b.mut || areApart(a.inner, b.inner);
    case 'tuple':
      return b.k !== 'tuple' || a.items.length !== b.items.length || areSomeApart(a.items, b.items);
    case 'slice':
    case 'array':
      return (b.k !== 'slice' && b.k !== 'array') || areApart(a.item, b.item);
    case 'prim':
      return b.k !== 'prim' || a.name !== b.name;
    default:
      return a.k !== b.k;
  }
}

function areSomeApart(a: readonly Type[], b: readonly Type[]): boolean {
  const count = Math.min(a.length, b.length);
  for (let index = 0; index < count; index += 1) {
    if (areApart(entryAt(a, index), entryAt(b, index))) return true;
  }
  return false;
}

function isUndecided(type: Type): boolean {
  return type.k === 'param' || type.k === 'var' || isOpen(type);
}

/** Types nothing can be concluded from. */
function isOpen(type: Type): boolean {
  return type.k === 'unknown' || type.k === 'never' || type.k === 'proj';
}

function occurs(variable: VarType, type: Type): boolean {
  const at = shallow(type);
  switch (at.k) {
    case 'var':
      return at === variable;
    case 'adt':
    case 'foreign':
      return at.args.some((arg) => occurs(variable, arg));
    case 'ref':
    case 'ptr':
      return occurs(variable, at.inner);
    case 'tuple':
      return at.items.some((item) => occurs(variable, item));
    case 'slice':
    case 'array':
      return occurs(variable, at.item);
    case 'fn':
      return occurs(variable, at.ret) || at.params.some((param) => occurs(variable, param));
    case 'proj':
      return occurs(variable, at.self);
    default:
      return false;
  }
}
