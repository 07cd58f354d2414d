import type { CompilerDiagnostic, FileChange } from '@parseltongue/isg-core';
import { primaryPath } from '../../evidence.js';
import { hashValue } from '../../hash-value.js';
import type { Diagnosis, OfferedFixes, SourceReader } from '../../ports.js';
import type { FixChoice } from './expand-suggestions.js';
import type { FixPolicy } from './fix-policy.js';
import { compareScores, compilePhase, isPerfectScore, scoreCandidate } from './score-candidate.js';
import { selectQuickFixes } from './select-quick-fixes.js';
import { type FixFocus, isHardError, nameChoice, selectSuggestions } from './select-suggestions.js';
import { createTextOverlay, type Landing, type TextOverlay } from './text-overlay.js';

/** What the fix driver needs of the world. */
export interface FixWorld {
  diagnose(changes: readonly FileChange[], options: { clippy: boolean }): Promise<Diagnosis>;
  readText: SourceReader['readText'];
  /** What an analyzer offers where the compiler has nothing; absent where none is connected. */
  offerFixes?: (
    changes: readonly FileChange[],
    diagnostics: readonly CompilerDiagnostic[],
  ) => Promise<OfferedFixes>;
}

export interface FixOptions {
  policy: FixPolicy;
  /** Ask clippy once the build is clean. */
  clippy: boolean;
  focus?: FixFocus | null;
  /** Rounds of diagnosing and applying, default 16. */
  maxRounds?: number;
  /** Builds spent on comparing alternatives, default 24. */
  maxTrials?: number;
}

/** One suggestion that was followed. */
export interface AppliedFix {
  code: string | null;
  message: string;
  suggestion: string;
  path: string;
  /** Who offered it. */
  source: string;
  /** It writes values that nobody chose, such as the default of a missing field. */
  isGuess: boolean;
}

export interface FixResult {
  /** `none_found`: errors are left and nothing applies to them. */
  status: 'fixed' | 'none_needed' | 'none_found' | 'environment';
  files: FileChange[];
  fixes: AppliedFix[];
  /** Compiler errors that are left. */
  remaining: CompilerDiagnostic[];
  rounds: number;
  /** What a reader should know beside the fixes: why it stopped, what was not run. */
  notes: string[];
}

/**
 * Follows compiler suggestions until none is left: diagnose, pick, replace, diagnose again, on texts alone.
 *
 * Where the compiler has nothing that applies, an analyzer's quick fixes are tried, each with a build of its own.
 * Deterministic: the same tree and policy give the same texts. Alternatives of one diagnostic are tried one by one and
 * the one after which the build is best wins; on a tie the compiler's own order. A suggestion whose own text does not
 * resolve afterwards was wrong, however sure the compiler was: it is taken back and not tried again.
 */
export async function fixToFixpoint(world: FixWorld, options: FixOptions): Promise<FixResult> {
  const run = createFixRun(world, options);
  const seen = new Set<string>();
  const maxRounds = options.maxRounds ?? DEFAULT_MAX_ROUNDS;
  let diagnosis = await world.diagnose([], { clippy: false });
  let rounds = 0;
  for (; rounds < maxRounds && diagnosis.environment_problem === null; rounds += 1) {
    seen.add(hashState(run));
    const before: Snapshot = { overlay: run.overlay.fork(), fixCount: run.fixes.length, diagnosis };
    const landings = await advanceRound(run, diagnosis);
    if (landings.length === 0 && !startClippy(run, diagnosis)) break;
    if (landings.length > 0 && seen.has(hashState(run))) {
      run.notes.push('Stopped because the suggestions lead in a circle');
      break;
    }
    diagnosis = await diagnoseRound(run, diagnosis);
    const wrong = findWrong(landings, diagnosis);
    if (wrong.length > 0) diagnosis = takeBack(run, wrong, before);
  }
  if (rounds === maxRounds) run.notes.push(`Stopped after ${maxRounds} rounds`);
  return concludeFix(run, diagnosis, rounds);
}

const DEFAULT_MAX_ROUNDS = 16;
const DEFAULT_MAX_TRIALS = 24;

interface FixRun {
  world: FixWorld;
  options: FixOptions;
  overlay: TextOverlay;
  fixes: AppliedFix[];
  notes: string[];
  /** Names of choices that proved wrong. */
  tabu: Set<string>;
  trialsLeft: number;
  clippy: boolean;
}

interface Snapshot {
  overlay: TextOverlay;
  fixCount: number;
  diagnosis: Diagnosis;
}

function createFixRun(world: FixWorld, options: FixOptions): FixRun {
  return {
    world,
    options,
    overlay: createTextOverlay((path) => world.readText(path)),
    fixes: [],
    notes: [],
    tabu: new Set(),
    trialsLeft: options.maxTrials ?? DEFAULT_MAX_TRIALS,
    clippy: false,
  };
}

function hashState(run: FixRun): string {
  return hashValue([run.clippy, run.overlay.changes()]);
}

async function advanceRound(run: FixRun, diagnosis: Diagnosis): Promise<Landing[]> {
  const { policy, focus = null } = run.options;
  const { chosen, open } = selectSuggestions(diagnosis.diagnostics, policy, { focus, tabu: run.tabu });
  const landings = await followChoices(run, chosen);
  if (landings.length > 0) return landings;
  for (const group of open) {
    const best = await tryAlternatives(run, group);
    const landed = best === undefined ? [] : await followChoices(run, [best.choice]);
    if (landed.length > 0) return landed;
  }
  return followQuickFix(run, diagnosis);
}

/** The compiler has nothing left: an analyzer's offer is taken when the build is better for it, never unseen. */
async function followQuickFix(run: FixRun, diagnosis: Diagnosis): Promise<Landing[]> {
  const errors = diagnosis.diagnostics.filter(isHardError);
  if (errors.length === 0) return [];
  const asked = (await run.world.offerFixes?.(run.overlay.changes(), errors)) ?? NO_ANALYZER;
  if (asked.status === 'not_run') {
    noteOnce(run, `${NO_QUICK_FIXES}: ${asked.reason}`);
    return [];
  }
  const { policy, focus = null } = run.options;
  const rules = { diagnostics: diagnosis.diagnostics, policy, focus, tabu: run.tabu };
  const { groups, left } = selectQuickFixes(errors, asked, rules);
  for (const sentence of left) noteOnce(run, sentence);
  for (const group of groups) {
    const best = await tryAlternatives(run, group);
    if (best === undefined || !isProgress(best, diagnosis)) continue;
    const landed = await followChoices(run, [best.choice]);
    if (landed.length > 0) return landed;
  }
  return [];
}

const NO_QUICK_FIXES = 'No quick fixes were asked for';
const NO_ANALYZER = { status: 'not_run', reason: 'no analyzer is connected' } as const;

/** The error is gone, and the compiler gets farther or complains less where it was. */
function isProgress({ choice, score }: Trial, before: Diagnosis): boolean {
  const [, phase = 0, errors = 0] = scoreCandidate(choice.diagnostic, before);
  const [isOpen, phaseNow = 0, errorsNow = 0] = score;
  return isOpen === 0 && (phaseNow < phase || (phaseNow === phase && errorsNow < errors));
}

function noteOnce(run: FixRun, note: string): void {
  if (!run.notes.includes(note)) run.notes.push(note);
}

function startClippy(run: FixRun, diagnosis: Diagnosis): boolean {
  if (!run.options.clippy || run.clippy || !diagnosis.build_ok) return false;
  run.clippy = true;
  return true;
}

/** Clippy missing is no reason to lose the fixes made without it. */
async function diagnoseRound(run: FixRun, before: Diagnosis): Promise<Diagnosis> {
  const diagnosis = await run.world.diagnose(run.overlay.changes(), { clippy: run.clippy });
  if (!run.clippy) return diagnosis;
  const missing =
    diagnosis.clippy?.status === 'not_run' ? (diagnosis.clippy.reason ?? 'no reason given') : null;
  const problem = diagnosis.environment_problem ?? missing;
  if (problem !== null && !run.notes.some((note) => note.startsWith(NO_CLIPPY)))
    run.notes.push(`${NO_CLIPPY}: ${problem}`);
  return diagnosis.environment_problem === null ? diagnosis : { ...before, diagnostics: [] };
}

const NO_CLIPPY = 'clippy did not run';

/** Choices whose own text is what the compiler now fails to parse or to resolve. */
function findWrong(landings: readonly Landing[], diagnosis: Diagnosis): FixChoice[] {
  const errors = diagnosis.diagnostics.filter((error) => isHardError(error) && compilePhase(error) <= 1);
  const spans = errors.flatMap((error) => error.spans.filter((span) => span.is_primary));
  const isHit = ({ path, start, end }: Landing): boolean =>
    spans.some((span) => span.path === path && span.start < end && start < span.end);
  return [...new Set(landings.filter(isHit).map(({ choice }) => choice))];
}

function takeBack(run: FixRun, wrong: readonly FixChoice[], before: Snapshot): Diagnosis {
  for (const choice of wrong) {
    run.tabu.add(nameChoice(choice));
    run.notes.push(`Took back "${choice.suggestion.message}": its text does not resolve`);
  }
  run.overlay = before.overlay;
  run.fixes.length = before.fixCount;
  return before.diagnosis;
}

interface Trial {
  choice: FixChoice;
  score: number[];
}

/** The alternative after which the build is best. */
async function tryAlternatives(run: FixRun, group: readonly FixChoice[]): Promise<Trial | undefined> {
  const scored: Trial[] = [];
  for (const choice of group) {
    if (run.trialsLeft === 0) {
      noteOnce(run, 'Not every alternative was tried: the limit of trial builds was reached');
      break;
    }
    const trial = run.overlay.fork();
    if ((await trial.replace([choice])) === undefined) continue;
    run.trialsLeft -= 1;
    const after = await run.world.diagnose(trial.changes(), { clippy: run.clippy });
    const score = scoreCandidate(choice.diagnostic, after);
    scored.push({ choice, score });
    if (isPerfectScore(score)) break;
  }
  return scored.sort((a, b) => compareScores(a.score, b.score))[0];
}

/** Follows the choices whose files and offsets exist; one that does not fit must not cost the others. */
async function followChoices(run: FixRun, offered: readonly FixChoice[]): Promise<Landing[]> {
  const choices: FixChoice[] = [];
  for (const choice of offered) {
    if ((await run.overlay.fork().replace([choice])) !== undefined) choices.push(choice);
  }
  const landings = choices.length === 0 ? undefined : await run.overlay.replace(choices);
  if (landings === undefined) return [];
  run.fixes.push(...choices.map(describeFix));
  return landings;
}

function describeFix({ diagnostic, suggestion, quickFix }: FixChoice): AppliedFix {
  return {
    code: diagnostic.code,
    message: diagnostic.message,
    suggestion: suggestion.message,
    path: suggestion.replacements[0]?.path ?? primaryPath(diagnostic) ?? '',
    source: quickFix?.tool ?? diagnostic.tool,
    isGuess: quickFix?.isGuess ?? false,
  };
}

function concludeFix(run: FixRun, diagnosis: Diagnosis, rounds: number): FixResult {
  const files = run.overlay.changes();
  const remaining = diagnosis.diagnostics.filter(isHardError);
  const notes = [...run.notes];
  if (diagnosis.environment_problem !== null) {
    notes.push(diagnosis.environment_problem);
    return { status: 'environment', files: [], fixes: [], remaining, rounds, notes };
  }
  if (remaining.length > 0)
    notes.push(
      `${remaining.length === 1 ? '1 error is' : `${remaining.length} errors are`} left without a suggestion that applies`,
    );
  const status =
    files.length > 0 ? 'fixed' : remaining.length > 0 || !diagnosis.build_ok ? 'none_found' : 'none_needed';
  return { status, files, fixes: run.fixes, remaining, rounds, notes };
}
