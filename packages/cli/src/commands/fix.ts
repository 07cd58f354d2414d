import { renderRunOutcome, runExitCode } from '../render/run-outcome.js';
import { createRunPrinter } from '../render/run-printer.js';
import type { AddVerb } from '../verb.js';
import { parsePositive } from './options.js';

interface FixFlags {
  dryRun?: boolean;
  clippy: boolean;
  commit: boolean;
  attempts: number;
}

/** `fix`: the compiler's own suggestions, quick fixes where it has none; verified, applied, committed. */
export const addFixVerb: AddVerb = (program, host) => {
  program
    .command('fix')
    .description(
      'repair the build with what compiler and rust-analyzer offer, verified before anything is written',
    )
    .option('--dry-run', 'verify and show, write nothing')
    .option('--no-clippy', 'leave clippy out')
    .option('--no-commit', 'apply, but leave the commit to me')
    .option('--attempts <n>', 'give up after this many strategies (3 at most)', parsePositive, 3)
    .addHelpText('before', 'Examples:\n  parseltongue fix --dry-run\n  parseltongue fix --no-commit\n')
    .action(
      host.run(async (invocation, flags: FixFlags) => {
        const workspace = await invocation.openWorkspace();
        using printer = createRunPrinter(invocation);
        const outcome = await workspace.runFix({
          isDryRun: flags.dryRun === true,
          useClippy: flags.clippy,
          shouldCommit: flags.commit,
          maxAttempts: Math.min(flags.attempts, 3),
          onEvent: (event) => printer.print(event),
        });
        return {
          exitCode: runExitCode(outcome),
          json: { contract: 'pt.cli.fix/1', ...outcome },
          text: renderRunOutcome(outcome, invocation.context.io),
        };
      }),
    );
};
