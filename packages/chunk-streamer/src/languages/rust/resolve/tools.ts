import type { EdgeRecorder } from './edge-recorder.js';
import type { Lowering } from './lowering.js';
import type { MacroNames } from './macro-names.js';
import type { MacroWords } from './macro-words.js';
import type { MethodLookup } from './method-lookup.js';
import type { MethodProblems } from './method-problems.js';
import type { Names } from './names.js';
import type { ProblemCollector } from './problem-collector.js';
import type { Selector } from './selection.js';
import type { Signatures } from './signatures.js';
import type { StandardLibrary } from './standard-library.js';
import type { TypeReferences } from './type-references.js';
import type { Unifier } from './unify.js';

/** What names are judged with. */
export type NameTools = Pick<Tools, 'names' | 'macroWords' | 'problems'>;

/** Everything a body is read with. */
export interface Tools {
  names: Names;
  std: StandardLibrary;
  lowering: Lowering;
  signatures: Signatures;
  selector: Selector;
  methods: MethodLookup;
  unifier: Unifier;
  macros: MacroNames;
  macroWords: MacroWords;
  typeReferences: TypeReferences;
  recorder: EdgeRecorder;
  problems: ProblemCollector;
  methodProblems: MethodProblems;
}
