import type { Invocation } from '../verb.js';

/**
 * The one run whose id starts so.
 *
 * @throws CliError PT_CLI_RUN_UNKNOWN when there is none, or more than one
 */
export async function findRun({ openWorkspace }: Invocation, prefix: string | undefined): Promise<string> {
  const runs = await (await openWorkspace()).listRuns();
  const found = runs.filter(({ run_id }) => prefix !== undefined && run_id.startsWith(prefix));
  const [run] = found;
  if (run !== undefined && found.length === 1) return run.run_id;
  const { CliError } = await import('../errors.js');
  const problem =
    prefix === undefined
      ? 'Which run? Give its id'
      : `${found.length === 0 ? 'No' : 'More than one'} run starts with "${prefix}"`;
  throw new CliError('PT_CLI_RUN_UNKNOWN', {
    message: `${problem}. parseltongue runs lists them`,
    details: { id: prefix ?? '' },
  });
}
