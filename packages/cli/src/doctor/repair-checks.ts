import { openProbes } from '../compose.js';
import type { CliContext } from '../io.js';
import type { GlobalOptions } from '../verb.js';
import type { DoctorCheck } from './finding.js';

/** What a repair came to. */
export interface Repair {
  id: string;
  argv: readonly string[];
  status: 'done' | 'failed' | 'declined';
  /** Why it did not happen; empty when it did. */
  detail: string;
}

/**
 * Runs what the findings name as their repair, each once and only after a yes: `--yes`, or a person who says so.
 *
 * Nothing is run that a finding does not show.
 */
export async function repairChecks(
  checks: readonly DoctorCheck[],
  context: CliContext,
  globals: GlobalOptions,
): Promise<Repair[]> {
  const probes = openProbes(context);
  const repairs: Repair[] = [];
  for (const { id, repair } of checks) {
    if (repair === undefined) continue;
    const argv: [string, ...string[]] = [...repair];
    const refusal = await askFor(argv, context, globals);
    if (refusal !== undefined) {
      repairs.push({ id, argv, status: 'declined', detail: refusal });
      continue;
    }
    if (!globals.quiet) context.io.err(`${argv.join(' ')} ...\n`);
    const problem = await probes.repair(argv);
    repairs.push({ id, argv, status: problem === undefined ? 'done' : 'failed', detail: problem ?? '' });
  }
  return repairs;
}

async function askFor(
  argv: readonly string[],
  { io }: CliContext,
  globals: GlobalOptions,
): Promise<string | undefined> {
  if (globals.yes) return undefined;
  if (io.ask === undefined || !globals.input) return 'nobody can be asked here: add --yes';
  const answer = await io.ask(`Run ${argv.join(' ')}? [y/N] `);
  return /^y(es)?$/i.test(answer?.trim() ?? '') ? undefined : 'you said no';
}
