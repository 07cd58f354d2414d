import {
  type Applicability,
  type CompilerDiagnostic,
  isInsidePath,
  type RowKey,
  type Suggestion,
  type TextReplacement,
} from '@parseltongue/isg-core';
import { primaryPath } from '../../evidence.js';
import { bundleVariantPaths, expandSuggestions, type FixChoice } from './expand-suggestions.js';
import type { FixPolicy } from './fix-policy.js';

/** Why a suggestion is not followed now. */
export type LeftReason =
  | 'placeholder'
  | 'too_unsure'
  | 'silences_another'
  | 'overlaps'
  | 'foreign_path'
  | 'malformed'
  | 'errors_first'
  | 'taken_back';

export interface SuggestionSelection {
  /** To be applied together: no two touch the same bytes. In order of priority. */
  chosen: FixChoice[];
  /** Several ways to answer one diagnostic; somebody has to try them. In order of priority. */
  open: FixChoice[][];
  left: (FixChoice & { reason: LeftReason })[];
}

/** The code that failing checks reach; null when nothing is known about it. */
export interface FixFocus {
  rowKeys: ReadonlySet<RowKey>;
  paths: ReadonlySet<string>;
}

/**
 * Picks the suggestions of one round.
 *
 * Errors with a compiler code come before lints: lints of a broken build mislead. Placeholders (`todo!()`) are never
 * taken, nor a leading underscore where another diagnostic or another suggestion speaks of the same place. Of two
 * suggestions that meet, the surer and earlier one wins and the other waits for the next round. `tabu` holds the names of
 * choices that proved wrong.
 */
export function selectSuggestions(
  diagnostics: readonly CompilerDiagnostic[],
  policy: FixPolicy,
  { focus = null, tabu = new Set() }: { focus?: FixFocus | null; tabu?: ReadonlySet<string> } = {},
): SuggestionSelection {
  const left: SuggestionSelection['left'] = [];
  const isBroken = diagnostics.some(isHardError);
  const groups: FixChoice[][] = [];
  for (const diagnostic of diagnostics) {
    const choices = expandSuggestions(diagnostic).map((suggestion) => ({ diagnostic, suggestion }));
    const usable = choices.filter((choice) => {
      const reason =
        isBroken && !isHardError(diagnostic)
          ? 'errors_first'
          : rejectChoice(choice, { diagnostics, policy, focus, tabu });
      if (reason !== undefined) left.push({ ...choice, reason });
      return reason === undefined;
    });
    if (usable.length > 0) groups.push(usable);
  }
  return { ...resolveOverlaps(bundleVariantPaths(groups).sort(compareGroups), left), left };
}

/** What a choice is called across rounds, where its offsets have moved. */
export function nameChoice({ diagnostic, suggestion }: FixChoice): string {
  const texts = suggestion.replacements.map(({ path, replacement }) => [path, replacement]);
  return JSON.stringify([diagnostic.code, diagnostic.message, suggestion.message, texts[0]]);
}

/** True for an error of the compiler proper: not a lint, not the closing summary that points nowhere. */
export function isHardError(diagnostic: CompilerDiagnostic): boolean {
  if (diagnostic.level !== 'error' || diagnostic.spans.length === 0) return false;
  return diagnostic.code === null || /^E\d{4}$/.test(diagnostic.code);
}

/** What a single suggestion is judged against. */
export interface RejectionRules {
  diagnostics: readonly CompilerDiagnostic[];
  policy: FixPolicy;
  focus: FixFocus | null;
  tabu: ReadonlySet<string>;
}

/** Why a suggestion is not followed, undefined when it is. */
export function rejectChoice(choice: FixChoice, rules: RejectionRules): LeftReason | undefined {
  const { suggestion } = choice;
  if (suggestion.replacements.some(({ path }) => !isInsidePath(path))) return 'foreign_path';
  if (suggestion.replacements.some(({ start, end }) => start > end) || hasSelfOverlap(suggestion))
    return 'malformed';
  if (isPlaceholder(suggestion)) return 'placeholder';
  if (rules.tabu.size > 0 && rules.tabu.has(nameChoice(choice))) return 'taken_back';
  if (!isSureEnough(choice, rules)) return 'too_unsure';
  return isSilencing(choice) && hasAnotherReading(choice, rules.diagnostics) ? 'silences_another' : undefined;
}

function isSureEnough({ diagnostic, suggestion }: FixChoice, { policy, focus }: RejectionRules): boolean {
  const allows = (allowed: readonly Applicability[]): boolean => allowed.includes(suggestion.applicability);
  if (diagnostic.level === 'error') return allows(policy.errorApplicability);
  if (allows(policy.warningApplicability)) return true;
  const isOnly = expandSuggestions(diagnostic).length === 1;
  return isOnly && allows(policy.relatedWarningApplicability) && isRelated(diagnostic, focus);
}

function isRelated(diagnostic: CompilerDiagnostic, focus: FixFocus | null): boolean {
  if (focus === null) return true;
  if (diagnostic.row_key !== null && focus.rowKeys.size > 0) return focus.rowKeys.has(diagnostic.row_key);
  return focus.paths.has(primaryPath(diagnostic) ?? '');
}

function isPlaceholder(suggestion: Suggestion): boolean {
  if (suggestion.applicability === 'HasPlaceholders') return true;
  return suggestion.replacements.some(({ replacement }) =>
    /\b(?:todo|unimplemented)!|\/\*.*\*\/|<(?:type|value|identifier)>/.test(replacement),
  );
}

/** An underscore before an unused name hides a warning instead of answering it. */
function isSilencing({ diagnostic, suggestion }: FixChoice): boolean {
  const silenceable = ['unused_variables', 'unused_assignments', 'dead_code'];
  if (!silenceable.includes(diagnostic.code ?? '')) return false;
  return suggestion.replacements.some(({ replacement }) => /(?:^|: )_\w*$/.test(replacement.trim()));
}

function hasAnotherReading(
  { diagnostic, suggestion }: FixChoice,
  diagnostics: readonly CompilerDiagnostic[],
): boolean {
  if (diagnostic.suggestions.length > 1) return true;
  const isSamePlace = (span: { path: string; start: number; end: number }): boolean =>
    suggestion.replacements.some((r) => r.path === span.path && r.start < span.end && span.start < r.end);
  return diagnostics.some(
    (other) =>
      other.code !== diagnostic.code && other.spans.some((span) => span.is_primary && isSamePlace(span)),
  );
}

function hasSelfOverlap({ replacements }: Suggestion): boolean {
  return replacements.some((a, i) => replacements.slice(i + 1).some((b) => meets(a, b)));
}

/** Two whole lines inserted at one place can both go in; any other meeting is a conflict. */
function meets(a: TextReplacement, b: TextReplacement): boolean {
  if (a.path !== b.path) return false;
  if (a.start === a.end && b.start === b.end) {
    return a.start === b.start && !(a.replacement.endsWith('\n') && b.replacement.endsWith('\n'));
  }
  return a.start < b.end && b.start < a.end;
}

function resolveOverlaps(
  groups: readonly FixChoice[][],
  left: SuggestionSelection['left'],
): Pick<SuggestionSelection, 'chosen' | 'open'> {
  const chosen: FixChoice[] = [];
  const open: FixChoice[][] = [];
  const seen = new Set<string>();
  for (const group of groups) {
    const id = group.map(identifyChoice).sort().join('\n');
    const [only] = group;
    if (seen.has(id) || only === undefined) continue;
    seen.add(id);
    if (group.length > 1) open.push(group);
    else if (chosen.some((other) => isInConflict(other, only))) left.push({ ...only, reason: 'overlaps' });
    else chosen.push(only);
  }
  return { chosen, open: open.filter((group) => !group.some((a) => chosen.some((b) => isInConflict(a, b)))) };
}

function isInConflict(a: FixChoice, b: FixChoice): boolean {
  return a.suggestion.replacements.some((x) => b.suggestion.replacements.some((y) => meets(x, y)));
}

/** The same for choices that change the same bytes to the same text. */
export function identifyChoice({ suggestion }: FixChoice): string {
  return JSON.stringify(suggestion.replacements.map((r) => [r.path, r.start, r.end, r.replacement]));
}

const SURENESS: Record<Applicability, number> = {
  MachineApplicable: 0,
  MaybeIncorrect: 1,
  Unspecified: 2,
  HasPlaceholders: 3,
};

/** Orders alternatives: errors first, the surer first, then by place. */
export function compareGroups(a: readonly FixChoice[], b: readonly FixChoice[]): number {
  const [x, y] = [rank(a), rank(b)];
  for (const [i, value] of x.entries()) {
    const other = y[i] ?? 0;
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}

function rank(group: readonly FixChoice[]): (number | string)[] {
  const first = group[0];
  const place = first?.suggestion.replacements[0];
  const sureness = Math.min(...group.map(({ suggestion }) => SURENESS[suggestion.applicability]));
  return [
    first?.diagnostic.level === 'error' ? 0 : 1,
    sureness,
    place?.path ?? '',
    place?.start ?? 0,
    place?.end ?? 0,
  ];
}
