import type { DoctorCheck } from '../doctor/run-doctor.js';
import { EXIT } from '../exit-codes.js';
import type { AddVerb } from '../verb.js';

/** `doctor`: what this machine and folder can do, and how to get what is missing. */
export const addDoctorVerb: AddVerb = (program, host) => {
  program
    .command('doctor')
    .description('check this machine and repository, say how to get what is missing')
    .addHelpText('before', 'Examples:\n  parseltongue doctor\n  parseltongue doctor --json\n')
    .action(
      host.run(async ({ context, globals }) => {
        const { runDoctor } = await import('../doctor/run-doctor.js');
        const checks = await runDoctor(context, globals);
        const isFailing = checks.some(({ status }) => status === 'fail');
        return {
          exitCode: isFailing ? EXIT.negative : EXIT.ok,
          json: { contract: 'pt.cli.doctor/1', ok: !isFailing, checks },
          text: checks.map((check) => renderCheck(check, context.io.colors)).join(''),
        };
      }),
    );
};

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
