import type { DoctorCheck } from '../doctor/finding.js';
import type { Repair } from '../doctor/repair-checks.js';
import { EXIT } from '../exit-codes.js';
import type { CliContext } from '../io.js';
import type { AddVerb, GlobalOptions } from '../verb.js';

/** `doctor`: what this machine and folder can do, how to get what is missing, and with `--fix` getting it. */
export const addDoctorVerb: AddVerb = (program, host) => {
  program
    .command('doctor')
    .description('check this machine and repository, say how to get what is missing')
    .option('--fix', 'run the repairs that need no person, after a yes for each (or --yes)')
    .addHelpText(
      'before',
      'Examples:\n  parseltongue doctor\n  parseltongue doctor --json\n  parseltongue doctor --fix --yes\n',
    )
    .action(
      host.run(async ({ context, globals }, flags: { fix?: boolean }) => {
        const { runDoctor } = await import('../doctor/run-doctor.js');
        let checks = await runDoctor(context, globals);
        const repairs = flags.fix === true ? await repair(checks, context, globals) : [];
        if (repairs.some(({ status }) => status === 'done')) checks = await runDoctor(context, globals);
        const isFailing = checks.some(({ status }) => status === 'fail');
        const lines = [
          ...checks.map((check) => renderCheck(check, context.io.colors)),
          ...repairs.map(
            ({ what, status, detail }) => `${status}: ${what}${detail === '' ? '' : ` (${detail})`}\n`,
          ),
        ];
        if (flags.fix === true && repairs.length === 0)
          lines.push('Nothing here can be repaired by a program\n');
        return {
          exitCode: isFailing || repairs.some(({ status }) => status === 'failed') ? EXIT.negative : EXIT.ok,
          json: { contract: 'pt.cli.doctor/1', ok: !isFailing, checks: checks.map(showCheck), repairs },
          text: lines.join(''),
        };
      }),
    );
};

async function repair(
  checks: readonly DoctorCheck[],
  context: CliContext,
  globals: GlobalOptions,
): Promise<Repair[]> {
  const { repairChecks } = await import('../doctor/repair-checks.js');
  return repairChecks(checks, context, globals);
}

/** A check as data: the repair by its name. */
function showCheck({ remedy, ...check }: DoctorCheck): object {
  return { ...check, repair: remedy?.what ?? null };
}

function renderCheck(
  check: DoctorCheck,
  colors: { green(text: string): string; yellow(text: string): string; red(text: string): string },
): string {
  const mark = { ok: colors.green('ok  '), warn: colors.yellow('warn'), fail: colors.red('FAIL') }[
    check.status
  ];
  const hint = check.fix === null ? '' : `\n${' '.repeat(23)}${check.fix}`;
  return `${mark}  ${check.id.padEnd(16)} ${check.detail}${hint}\n`;
}
