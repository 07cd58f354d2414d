import type { CompilerDiagnostic, FileChange } from '@parseltongue/isg-core';
import { primaryPath } from '../../evidence.js';
import { hashValue } from '../../hash-value.js';
import type { Diagnosis, SourceReader } from '../../ports.js';
import { applyReplacements } from './apply-replacements.js';
import type { FixPolicy } from './fix-policy.js';
import { compareScores, scoreCandidate } from './score-candidate.js';
import { type FixChoice, type FixFocus, isHardError, selectSuggestions } from './select-suggestions.js';

/** What the fix driver needs of the world. */
export interface FixWorld {
  diagnose(changes: readonly FileChange[], options: { clippy: boolean }): Promise<Diagnosis>;
  readText: SourceReader['readText'];
}

export interface FixOptions {
  policy: FixPolicy;
  /** Ask clippy once the build is clean. */
  clippy: boolean;
  focus?: FixFocus | null;
  /** Rounds of diagnosing and applying, default 12. */
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
 * Deterministic: the same tree and policy give the same texts. Alternatives of one diagnostic are tried one by one and
 * the one after which the build is best wins; on a tie the compiler's own order.
 */
export async function fixToFixpoint(world: FixWorld, options: FixOptions): Promise<FixResult> {
  const overlay = createOverlay(world.readText);
  const run: FixRun = {
    world,
    options,
    overlay,
    fixes: [],
    notes: [],
    trialsLeft: options.maxTrials ?? 24,
    clippy: false,
  };
  const seen = new Set<string>();
  const maxRounds = options.maxRounds ?? 12;
  let diagnosis = await world.diagnose([], { clippy: false });
  let rounds = 0;
  for (; rounds < maxRounds && diagnosis.environment_problem === null; rounds += 1) {
    seen.add(hashValue([run.clippy, overlay.changes()]));
    const hasMoved = await advanceRound(run, diagnosis);
    if (!hasMoved && !startClippy(run, diagnosis)) break;
    if (hasMoved && seen.has(hashValue([run.clippy, overlay.changes()]))) {
      run.notes.push('Stopped because the suggestions lead in a circle');
      break;
    }
    diagnosis = await diagnoseRound(run, diagnosis);
  }
  if (rounds === maxRounds) run.notes.push(`Stopped after ${maxRounds} rounds`);
  return concludeFix(run, diagnosis, rounds);
}

interface FixRun {
  world: FixWorld;
  options: FixOptions;
  overlay: Overlay;
  fixes: AppliedFix[];
  notes: string[];
  trialsLeft: number;
  clippy: boolean;
}

async function advanceRound(run: FixRun, diagnosis: Diagnosis): Promise<boolean> {
  const { chosen, open } = selectSuggestions(
    diagnosis.diagnostics,
    run.options.policy,
    run.options.focus ?? null,
  );
  if (chosen.length > 0 && (await followChoices(run, chosen))) return true;
  for (const group of open) {
    const best = await tryAlternatives(run, group);
    if (best !== undefined && (await followChoices(run, [best]))) return true;
  }
  return false;
}

function startClippy(run: FixRun, diagnosis: Diagnosis): boolean {
  if (!run.options.clippy || run.clippy || !diagnosis.build_ok) return false;
  run.clippy = true;
  return true;
}

/** Clippy missing is no reason to lose the fixes made without it. */
async function diagnoseRound(run: FixRun, before: Diagnosis): Promise<Diagnosis> {
  const diagnosis = await run.world.diagnose(run.overlay.changes(), { clippy: run.clippy });
  if (!run.clippy || diagnosis.environment_problem === null) return diagnosis;
  run.notes.push(`clippy did not run: ${diagnosis.environment_problem}`);
  return { ...before, diagnostics: [] };
}

async function tryAlternatives(run: FixRun, group: readonly FixChoice[]): Promise<FixChoice | undefined> {
  const scored: { choice: FixChoice; score: number[] }[] = [];
  for (const choice of group) {
    if (run.trialsLeft === 0) break;
    const trial = run.overlay.fork();
    if (!(await trial.replace([choice]))) continue;
    run.trialsLeft -= 1;
    const after = await run.world.diagnose(trial.changes(), { clippy: run.clippy });
    scored.push({ choice, score: scoreCandidate(choice.diagnostic, after) });
  }
  if (run.trialsLeft === 0)
    run.notes.push('Not every alternative was tried: the limit of trial builds was reached');
  return scored.sort((a, b) => compareScores(a.score, b.score))[0]?.choice;
}

/** Follows the choices whose files and offsets exist; one that does not fit must not cost the others. */
async function followChoices(run: FixRun, offered: readonly FixChoice[]): Promise<boolean> {
  const choices: FixChoice[] = [];
  for (const choice of offered) if (await run.overlay.fork().replace([choice])) choices.push(choice);
  if (choices.length === 0 || !(await run.overlay.replace(choices))) return false;
  for (const { diagnostic, suggestion } of choices) {
    run.fixes.push({
      code: diagnostic.code,
      message: diagnostic.message,
      suggestion: suggestion.message,
      path: suggestion.replacements[0]?.path ?? primaryPath(diagnostic) ?? '',
    });
  }
  return true;
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
    notes.push(`${remaining.length} errors are left without a suggestion that applies`);
  const status =
    files.length > 0 ? 'fixed' : remaining.length > 0 || !diagnosis.build_ok ? 'none_found' : 'none_needed';
  return { status, files, fixes: run.fixes, remaining, rounds, notes };
}

interface OverlayFile {
  beforeHash: string;
  before: string;
  after: string;
}

/** Texts on top of the tree. */
interface Overlay {
  /** Follows all choices or none; false when a text is missing or offsets do not fit. */
  replace(choices: readonly FixChoice[]): Promise<boolean>;
  /** Changed files in path order. */
  changes(): FileChange[];
  fork(): Overlay;
}

function createOverlay(
  readText: SourceReader['readText'],
  files: ReadonlyMap<string, OverlayFile> = new Map(),
): Overlay {
  const current = new Map(files);
  const loadFile = async (path: string): Promise<OverlayFile | undefined> => {
    const known = current.get(path);
    if (known !== undefined) return known;
    const read = await readText(path);
    return read === undefined ? undefined : { beforeHash: read.hash, before: read.text, after: read.text };
  };
  return {
    async replace(choices) {
      const replacements = choices.flatMap(({ suggestion }) => suggestion.replacements);
      const updates = new Map<string, OverlayFile>();
      for (const path of new Set(replacements.map((r) => r.path))) {
        const file = await loadFile(path);
        const after =
          file &&
          applyReplacements(
            file.after,
            replacements.filter((r) => r.path === path),
          );
        if (file === undefined || after === undefined) return false;
        updates.set(path, { ...file, after });
      }
      for (const [path, file] of updates) current.set(path, file);
      return true;
    },
    changes: () =>
      [...current]
        .filter(([, file]) => file.after !== file.before)
        .map(([path, file]) => ({ path, before_hash: file.beforeHash, after: file.after }))
        .sort((a, b) => (a.path < b.path ? -1 : 1)),
    fork: () => createOverlay(readText, current),
  };
}
