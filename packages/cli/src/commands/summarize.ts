import { EXIT } from '../exit-codes.js';
import { formatDuration, formatNumber } from '../render/table.js';
import type { AddVerb } from '../verb.js';

/** `summarize`: one line for every row, by rules; with a local model the weakest are improved. */
export const addSummarizeVerb: AddVerb = (program, host) => {
  program
    .command('summarize')
    .description('write a one-line summary for every row')
    .option('--model <file.gguf>', 'improve the weakest summaries with this local model')
    .addHelpText(
      'before',
      'Examples:\n  parseltongue summarize\n  parseltongue summarize --model ~/models/qwen2.5-coder-1.5b-q4_k_m.gguf\n',
    )
    .action(
      host.run(async (invocation, flags: { model?: string }) => {
        const workspace = await invocation.openWorkspace();
        const outcome = await workspace.summarize(flags);
        const { summaries, rule_based, llm_assisted, mean_quality, ms } = outcome;
        return {
          exitCode: EXIT.ok,
          json: { contract: 'pt.cli.summarize/1', ...outcome },
          text: `Summarized ${formatNumber(summaries)} rows in ${formatDuration(ms)}: ${formatNumber(rule_based)} by rule, ${formatNumber(llm_assisted)} by model, mean quality ${mean_quality.toFixed(2)}\n`,
        };
      }),
    );
};
