import { EXIT } from '../exit-codes.js';
import type { AddVerb } from '../verb.js';

/** `undo`: puts the files of the last apply back; running it again brings them forth again. */
export const addUndoVerb: AddVerb = (program, host) => {
  program
    .command('undo')
    .description('put back the files of the last apply; undo again to redo')
    .option('--preview', 'say what would change, change nothing')
    .addHelpText('before', 'Examples:\n  parseltongue undo --preview\n  parseltongue undo\n')
    .action(
      host.run(async (invocation, flags: { preview?: boolean }) => {
        const workspace = await invocation.openWorkspace();
        const outcome = await workspace.undo({ preview: flags.preview === true });
        return {
          exitCode: outcome.isDone ? EXIT.ok : EXIT.negative,
          json: { contract: 'pt.cli.undo/1', ...outcome.json },
          text: outcome.text,
        };
      }),
    );
};
