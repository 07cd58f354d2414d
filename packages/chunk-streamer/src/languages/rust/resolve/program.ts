import type { DefFact } from '../facts.js';
import type { Crate, Definition, SourceFile } from './model.js';

/** Everything the resolver knows after loading: crates, files and the definitions by role. */
export class Program {
  readonly crates: Crate[] = [];
  /** Files in the order given, each in the first crate that reaches it. */
  readonly files = new Map<string, SourceFile>();
  readonly impls: Definition[] = [];
  readonly traits: Definition[] = [];
  /** `mod x;` without a file. */
  readonly missingFiles: MissingFile[] = [];
  readonly orphans: SourceFile[] = [];
  std!: Crate;
  private count = 0;

  /** The next definition id. */
  nextId(): number {
    this.count += 1;
    return this.count;
  }
}

export interface MissingFile {
  file: SourceFile;
  fact: DefFact;
  /** Where it was looked for. */
  candidates: string[];
  /** False when a macro or configuration may explain the absence. */
  certain: boolean;
}
