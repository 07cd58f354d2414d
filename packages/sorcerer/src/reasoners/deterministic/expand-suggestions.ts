import type { CompilerDiagnostic, Suggestion, TextReplacement } from '@parseltongue/isg-core';

/** A suggestion and the diagnostic that offers it. */
export interface FixChoice {
  diagnostic: CompilerDiagnostic;
  suggestion: Suggestion;
  /** Set when not the compiler but an analyzer offers it. */
  quickFix?: { tool: string; isGuess: boolean };
}

/**
 * The alternatives of one diagnostic, as they have to be tried.
 *
 * One help with several texts for one place is several alternatives. "Consider importing" belongs together with "if you
 * import it, refer to it directly". The path rustc qualifies a variant with (E0170) starts at the crate root without
 * `crate::` and does not resolve from a module: shorter and rooted forms of it stand beside it.
 */
export function expandSuggestions(diagnostic: CompilerDiagnostic): Suggestion[] {
  const split = diagnostic.suggestions.flatMap(splitAlternatives);
  const merged = mergeCompanions(split);
  return diagnostic.code === 'E0170' ? merged.flatMap(varyVariantPath) : merged;
}

/**
 * Ties the arms of a match together: variants that need the same form of path are one choice, not one trial each.
 * Other groups stay as they are.
 */
export function bundleVariantPaths(groups: readonly FixChoice[][]): FixChoice[][] {
  const bundles = new Map<string, FixChoice[]>();
  const others: FixChoice[][] = [];
  for (const group of groups) {
    const [first] = group;
    if (first?.diagnostic.code !== 'E0170') {
      others.push(group);
      continue;
    }
    const id = `${first.suggestion.replacements[0]?.path ?? ''} ${group.length}`;
    const bundle = bundles.get(id);
    bundles.set(id, bundle === undefined ? group : bundle.map((choice, i) => joinChoices(choice, group[i])));
  }
  return [...bundles.values(), ...others];
}

/** The same arm is reported once per target that compiles its file; it is replaced once. */
function joinChoices(a: FixChoice, b: FixChoice | undefined): FixChoice {
  const own = a.suggestion.replacements;
  const isNew = (r: TextReplacement): boolean =>
    !own.some((other) => other.start === r.start && other.end === r.end);
  const added = (b?.suggestion.replacements ?? []).filter(isNew);
  return { ...a, suggestion: { ...a.suggestion, replacements: [...own, ...added] } };
}

function splitAlternatives(suggestion: Suggestion): Suggestion[] {
  const [first, ...rest] = suggestion.replacements;
  if (first === undefined || rest.length === 0) return [suggestion];
  const isSamePlace = (r: TextReplacement): boolean =>
    r.path === first.path && r.start === first.start && r.end === first.end;
  if (!rest.every(isSamePlace)) return [suggestion];
  return suggestion.replacements.map((replacement) => ({ ...suggestion, replacements: [replacement] }));
}

function mergeCompanions(suggestions: readonly Suggestion[]): Suggestion[] {
  const isCompanion = ({ message }: Suggestion): boolean =>
    /^if you import .* refer to it directly$/.test(message);
  const companion = suggestions.find(isCompanion);
  if (companion === undefined) return [...suggestions];
  return suggestions
    .filter((suggestion) => suggestion !== companion)
    .map((suggestion) =>
      suggestion.message.startsWith('consider importing')
        ? { ...suggestion, replacements: [...suggestion.replacements, ...companion.replacements] }
        : suggestion,
    );
}

function varyVariantPath(suggestion: Suggestion): Suggestion[] {
  const [only, ...rest] = suggestion.replacements;
  if (only === undefined || rest.length > 0 || !/^\w+(?:::\w+)+$/.test(only.replacement)) return [suggestion];
  const path = only.replacement;
  const forms = [path.split('::').slice(-2).join('::'), `crate::${path}`, path];
  return [...new Set(forms)].map((replacement) => ({
    ...suggestion,
    replacements: [{ ...only, replacement }],
  }));
}
