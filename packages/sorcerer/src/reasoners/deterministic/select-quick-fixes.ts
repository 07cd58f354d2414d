import type { CompilerDiagnostic, Suggestion } from '@parseltongue/isg-core';
import type { FixChoice } from './expand-suggestions.js';
import { compareGroups, identifyChoice, type RejectionRules, rejectChoice } from './select-suggestions.js';

/** Quick fixes worth a trial build, and what was offered but is not taken. */
export interface QuickFixSelection {
  /** The alternatives of one diagnostic each, in order of priority. */
  groups: FixChoice[][];
  /** Why an offer is not taken, one sentence each. */
  left: string[];
}

interface TakenFix {
  title: RegExp;
  /** It writes values that nobody chose. */
  isGuess: boolean;
}

/** What answers an error without deciding how the program is built: no new fields, no new visibility, no `unsafe`. */
const TAKEN: readonly TakenFix[] = [
  { title: /^Import `/, isGuess: false },
  { title: /^Qualify as `/, isGuess: false },
  { title: /^Implement missing members$/, isGuess: false },
  { title: /^Fill match arms$/, isGuess: false },
  { title: /^Fill struct fields$/, isGuess: true },
  { title: /^Change it to be mutable$/, isGuess: false },
  { title: /^Add \.to_owned\(\) here$/, isGuess: false },
  { title: /^Add reference here$/, isGuess: false },
  { title: /^Wrap in (?:Ok|Some)$/i, isGuess: false },
];

/** Picks from what an analyzer offers for `diagnostics`, in their order; the same offers give the same picks. */
export function selectQuickFixes(
  diagnostics: readonly CompilerDiagnostic[],
  { offers, tool }: { offers: readonly (readonly Suggestion[])[]; tool: string },
  rules: RejectionRules,
): QuickFixSelection {
  const groups: FixChoice[][] = [];
  const left = new Set<string>();
  const seen = new Set<string>();
  for (const [i, diagnostic] of diagnostics.entries()) {
    const choices = (offers[i] ?? []).map((suggestion) => createChoice(diagnostic, suggestion, tool));
    const usable = choices.filter((choice) => {
      const reason = findReason(choice, rules);
      if (reason !== undefined) left.add(`${tool} offers "${choice.suggestion.message}", ${reason}`);
      return reason === undefined;
    });
    const id = usable.map(identifyChoice).join('\n');
    if (usable.length > 0 && !seen.has(id)) groups.push(usable);
    seen.add(id);
  }
  return { groups: groups.sort(compareGroups), left: [...left] };
}

function createChoice(diagnostic: CompilerDiagnostic, suggestion: Suggestion, tool: string): FixChoice {
  const kind = TAKEN.find(({ title }) => title.test(suggestion.message));
  return { diagnostic, suggestion, quickFix: { tool, isGuess: kind?.isGuess ?? false } };
}

function findReason(choice: FixChoice, rules: RejectionRules): string | undefined {
  if (!TAKEN.some(({ title }) => title.test(choice.suggestion.message)))
    return 'which is a decision for a person';
  const reason = rejectChoice(choice, rules);
  return reason === undefined ? undefined : REASONS[reason];
}

const REASONS: Readonly<Record<NonNullable<ReturnType<typeof rejectChoice>>, string>> = {
  placeholder: 'which leaves a place for a person to fill in',
  too_unsure: 'which this attempt does not follow',
  silences_another: 'which would hide another message',
  foreign_path: 'which changes a file outside the repository',
  malformed: 'whose edits overlap',
  taken_back: 'which proved wrong',
  overlaps: 'which meets another fix',
  errors_first: 'which has to wait for the errors',
};
