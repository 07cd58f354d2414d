/** One thing the forge ran, or let others run, on a commit. */
export interface ForgeCheck {
  name: string;
  result: 'passed' | 'skipped' | 'failed' | 'running';
}

/** What all checks of a commit say together. */
export interface CheckVerdict {
  /** Green: at least one passed, none failed, none runs. Waiting as well where nothing was reported yet. */
  color: 'green' | 'red' | 'waiting';
  /** For people, without a full stop. */
  says: string;
}

const MAX_NAMED = 5;

/** Sums checks up. */
export function judgeChecks(checks: readonly ForgeCheck[]): CheckVerdict {
  const by = (result: ForgeCheck['result']): ForgeCheck[] =>
    checks.filter((check) => check.result === result);
  const failed = by('failed');
  if (failed.length > 0) return { color: 'red', says: `these checks did not pass: ${nameChecks(failed)}` };
  const running = by('running');
  if (running.length > 0) return { color: 'waiting', says: `these checks still run: ${nameChecks(running)}` };
  const passed = by('passed');
  if (passed.length > 0)
    return { color: 'green', says: `${passed.length} of ${checks.length} checks passed` };
  const says =
    checks.length === 0 ? 'the forge reports no check of the commit' : 'the forge skipped every check';
  return { color: 'waiting', says };
}

/** Result of a check run; what is not known counts as failed. */
export function readRunResult(status: string, conclusion: string | null): ForgeCheck['result'] {
  if (status.toLowerCase() !== 'completed') return 'running';
  return (
    ({ success: 'passed', neutral: 'skipped', skipped: 'skipped' } as const)[
      (conclusion ?? '').toLowerCase()
    ] ?? 'failed'
  );
}

/** Result of a commit status; what is not known counts as failed. */
export function readStatusResult(state: string): ForgeCheck['result'] {
  return (
    ({ success: 'passed', pending: 'running', expected: 'running' } as const)[state.toLowerCase()] ?? 'failed'
  );
}

function nameChecks(checks: readonly ForgeCheck[]): string {
  const names = checks.slice(0, MAX_NAMED).map(({ name }) => name.replace(/\s+/g, ' ').slice(0, 80));
  const rest = checks.length - names.length;
  return [...names, ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ');
}
