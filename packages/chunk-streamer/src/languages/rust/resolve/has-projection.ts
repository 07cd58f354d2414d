import type { Type } from './types.js';

/** True when an associated type stands somewhere in the type that may be computed. */
export function hasProjection(type: Type): boolean {
  switch (type.k) {
    case 'proj':
      return true;
    case 'adt':
    case 'foreign':
      return type.args.some(hasProjection);
    case 'ref':
    case 'ptr':
      return hasProjection(type.inner);
    case 'tuple':
      return type.items.some(hasProjection);
    case 'slice':
    case 'array':
      return hasProjection(type.item);
    case 'fn':
      return hasProjection(type.ret) || type.params.some(hasProjection);
    case 'var':
      return type.to !== null && hasProjection(type.to);
    case 'dyn':
    case 'opaque':
      return type.bounds.some(
        (bound) => bound.args.some(hasProjection) || bound.assoc.some(([, value]) => hasProjection(value)),
      );
    default:
      return false;
  }
}
