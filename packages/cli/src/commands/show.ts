import type { RowKey } from '@parseltongue/isg-core';
import { EXIT } from '../exit-codes.js';
import { renderRow } from '../render/row.js';
import type { AddVerb } from '../verb.js';

/** `show`: one row with its code, its callers and its callees. */
export const addShowVerb: AddVerb = (program, host) => {
  program
    .command('show')
    .description('one interface: signature, summary, code, callers, callees')
    .argument('<key>', 'ISGL1 key as search prints it; also without its generics, or a name only one row has')
    .option('--no-body', 'leave the code out')
    .addHelpText(
      'before',
      'Examples:\n  parseltongue show src/lib.rs-Parser-parse\n  parseltongue show Parser::parse\n  parseltongue show --no-body src/lib.rs-_-main --json\n',
    )
    .action(
      host.run(async (invocation, given: string, flags: { body: boolean }) => {
        const workspace = await invocation.openWorkspace();
        const [key] = (await workspace.findRows([given])) as [RowKey];
        const view = await workspace.showRow(key);
        const { code, ...facts } = view;
        return {
          exitCode: EXIT.ok,
          json: { contract: 'pt.cli.show/1', ...facts, ...(flags.body ? { code } : {}) },
          text: renderRow(view, { withBody: flags.body, colors: invocation.context.io.colors }),
        };
      }),
    );
};
