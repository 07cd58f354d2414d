import type { CliContext } from '../io.js';
import type { GlobalOptions } from '../verb.js';
import type { DoctorCheck } from './finding.js';

/** What a repair came to. */
export interface Repair {
  id: string;
  what: string;
  status: 'done' | 'failed' | 'declined';
  /** Why it did not happen; empty when it did. */
  detail: string;
}

/**
 * Does what the findings name as their repair, each once and only after a yes: `--yes`, or a person who says so.
 *
 * Nothing is done that a finding does not show.
 */
export async function repairChecks(
  checks: readonly DoctorCheck[],
  context: CliContext,
  globals: GlobalOptions,
): Promise<Repair[]> {
  const repairs: Repair[] = [];
  for (const { id, remedy } of checks) {
    if (remedy === undefined) continue;
    const { what } = remedy;
    const refusal = await askFor(what, context, globals);
    if (refusal !== undefined) {
      repairs.push({ id, what, status: 'declined', detail: refusal });
      continue;
    }
    if (!globals.quiet) context.io.err(`${what} ...\n`);
    const problem = await remedy.run();
    repairs.push({ id, what, status: problem === undefined ? 'done' : 'failed', detail: problem ?? '' });
  }
  return repairs;
}

async function askFor(what: string, { io }: CliContext, globals: GlobalOptions): Promise<string | undefined> {
  if (globals.yes) return undefined;
  if (io.ask === undefined || !globals.input) return 'nobody can be asked here: add --yes';
  const answer = await io.ask(`Do this: ${what}? [y/N] `);
  return /^y(es)?$/i.test(answer?.trim() ?? '') ? undefined : 'you said no';
}
