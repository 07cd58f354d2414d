import { openProgram, type ResolvedProgram } from '../languages/rust/resolve/index.js';
import type { ResolvableSyntax } from '../languages/rust/syntax.js';

// Replaced bodies leave answers about what is gone behind; a new program forgets them.
const MAX_REPLACEMENTS = 500;

/** A program that takes other bodies of functions in place of those it was opened with. */
export class EditedProgram {
  readonly program: ResolvedProgram;
  #replacements = 0;

  constructor(input: Parameters<typeof openProgram>[0]) {
    this.program = openProgram(input);
  }

  /** True once a new program costs less than what this one holds of replaced bodies. */
  get isWornOut(): boolean {
    return this.#replacements > MAX_REPLACEMENTS;
  }

  /** Puts the bodies of the files in place; false when more than bodies differs and the program is of no more use. */
  replaceBodies(files: Iterable<ResolvableSyntax>): boolean {
    for (const syntax of files) {
      this.#replacements += 1;
      if (!this.program.replaceBodies(syntax)) return false;
    }
    return true;
  }
}
