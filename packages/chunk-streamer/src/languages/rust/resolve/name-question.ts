import type { Import, Resolved, Scope } from './model.js';

/** Who asks: names are looked up as seen from a module and in one configuration. */
export interface Asker {
  from: Scope;
  mask: number;
  /** A glob import brings what its scope may see, a path also finds what it must not use. */
  viaGlob?: boolean;
}

/** How far a path could be followed. */
export interface PathResult {
  /** What the first `used` segments stand for; null when the segment at `used` is unknown in `within`. */
  target: Resolved | null;
  used: number;
  /** The module that was asked last: that lacks the next segment, or that holds the target. */
  within: Scope | null;
}

export interface PathQuestion {
  segments: readonly string[];
  scope: Scope;
  ns: number;
  mask: number;
  /** `::a::b`. */
  global?: boolean;
  /** A path of a `use` declaration. */
  isUse?: boolean;
  /** An import that must not answer its own question. */
  skip?: Import;
}

/** A name asked of one scope. */
export interface LookUp extends Asker {
  ns: number;
  viaGlob: boolean;
  /** Also what only other configurations have. */
  isLoose: boolean;
}
