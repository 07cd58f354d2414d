import { EXIT } from '../exit-codes.js';
import type { AddVerb } from '../verb.js';

/** `export`: the CodeGraph as NDJSON, one row a line. */
export const addExportVerb: AddVerb = (program, host) => {
  program
    .command('export')
    .description('write the CodeGraph as codegraph.ndjson, one row a line')
    .option('-o, --output <file>', 'a file instead of stdout')
    .addHelpText(
      'before',
      'Examples:\n  parseltongue export > codegraph.ndjson\n  parseltongue export -o codegraph.ndjson\n',
    )
    .action(
      host.run(async (invocation, flags: { output?: string }) => {
        const workspace = await invocation.openWorkspace();
        const written = await workspace.exportRows(flags.output, (text) => invocation.context.io.out(text));
        const isToFile = flags.output !== undefined;
        return {
          exitCode: EXIT.ok,
          json: { contract: 'pt.cli.export/1', rows: written, output: flags.output ?? null },
          text: isToFile ? `Wrote ${written} rows to ${flags.output}\n` : '',
          isStreamed: !isToFile,
        };
      }),
    );
};
