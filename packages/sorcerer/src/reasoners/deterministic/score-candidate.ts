import type { CompilerDiagnostic } from '@parseltongue/isg-core';
import { diagnosticIdentity } from '@parseltongue/isg-core';
import { primaryPath } from '../../evidence.js';
import type { Diagnosis } from '../../ports.js';
import { isHardError } from './select-suggestions.js';

/**
 * Scores what a build says after one alternative was tried; smaller is better, compared from the left.
 *
 * The question answered comes first, then how far the compiler got in the same package (a name that does not resolve
 * hides every later error, so fewer errors alone would reward the wrong name), then what is left there, then anywhere.
 */
export function scoreCandidate(target: CompilerDiagnostic, after: Diagnosis): number[] {
  const identity = diagnosticIdentity(target);
  const isAtHome = (diagnostic: CompilerDiagnostic): boolean =>
    target.package_name === null
      ? primaryPath(diagnostic) === primaryPath(target)
      : diagnostic.package_name === target.package_name;
  const errors = after.diagnostics.filter(isHardError);
  const home = errors.filter(isAtHome);
  const isAnswered = after.diagnostics.every((diagnostic) => diagnosticIdentity(diagnostic) !== identity);
  return [
    isAnswered ? 0 : 1,
    CLEAN - Math.min(CLEAN, ...home.map(compilePhase)),
    home.length,
    after.diagnostics.filter((diagnostic) => diagnostic.level === 'warning' && isAtHome(diagnostic)).length,
    errors.length,
    after.diagnostics.length,
  ];
}

/** True when no other alternative can do better: answered, and the package says nothing any more. */
export function isPerfectScore(score: readonly number[]): boolean {
  return score.slice(0, 4).every((value) => value === 0);
}

/** Compares two scores from the left. */
export function compareScores(a: readonly number[], b: readonly number[]): number {
  for (const [i, value] of a.entries()) {
    const other = b[i] ?? 0;
    if (value !== other) return value - other;
  }
  return 0;
}

const CLEAN = 4;
const RESOLVE = new Set(
  [
    'E0252',
    'E0254',
    'E0255',
    'E0404',
    'E0405',
    'E0407',
    'E0408',
    'E0411',
    'E0412',
    'E0415',
    'E0416',
    'E0422',
    'E0423',
  ]
    .concat([
      'E0424',
      'E0425',
      'E0426',
      'E0428',
      'E0429',
      'E0430',
      'E0431',
      'E0432',
      'E0433',
      'E0434',
      'E0435',
      'E0437',
    ])
    .concat(['E0438', 'E0531', 'E0532', 'E0573', 'E0574', 'E0575', 'E0576', 'E0583', 'E0603']),
);
const BORROW = new Set([
  'E0381',
  'E0382',
  'E0384',
  'E0499',
  'E0502',
  'E0503',
  'E0505',
  'E0506',
  'E0507',
  'E0515',
  'E0596',
  'E0597',
  'E0716',
]);

/** How far the compiler came before this error: 0 parsing, 1 names, 2 types, 3 borrows. */
export function compilePhase(diagnostic: CompilerDiagnostic): number {
  if (diagnostic.code === null) return 0;
  if (RESOLVE.has(diagnostic.code)) return 1;
  return BORROW.has(diagnostic.code) ? 3 : 2;
}
