import { EXIT } from '../exit-codes.js';
import { countOf, formatDuration } from '../render/table.js';
import type { AddVerb } from '../verb.js';

/** `watch`: keeps the CodeGraph in step with the files until Ctrl-C, one line an update. */
export const addWatchVerb: AddVerb = (program, host) => {
  program
    .command('watch')
    .description('keep the CodeGraph in step with the files until Ctrl-C')
    .addHelpText('before', 'Examples:\n  parseltongue watch\n  parseltongue watch --json | jq .files\n')
    .action(
      host.run(async ({ context, globals, openWorkspace, progress }) => {
        const workspace = await openWorkspace();
        const { io, signal } = context;
        await workspace.watch((update) => {
          progress.clear();
          const { files, rows, edges, ms } = update;
          const text = `${countOf(files, 'file')}, ${countOf(rows, 'row')} and ${countOf(edges, 'edge')} written in ${formatDuration(ms)}\n`;
          io.out(globals.json ? `${JSON.stringify({ contract: 'pt.cli.watch/1', ...update })}\n` : text);
        });
        const status = signal.reason === 'SIGTERM' ? EXIT.terminated : EXIT.ok;
        return { exitCode: status, json: { contract: 'pt.cli.watch/1' }, text: '', isStreamed: true };
      }),
    );
};
