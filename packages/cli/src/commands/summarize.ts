import type { SummarizeOutcome } from '../compose.js';
import { EXIT } from '../exit-codes.js';
import { formatDuration, formatNumber } from '../render/table.js';
import type { AddVerb } from '../verb.js';

/** `summarize`: one line for every row, by rules; with a local model the weakest are improved. */
export const addSummarizeVerb: AddVerb = (program, host) => {
  program
    .command('summarize')
    .description('write a one-line summary for every row')
    .option(
      '--model <model>',
      'improve the weakest summaries with this local model: an installed one by id, or a GGUF file',
    )
    .addHelpText(
      'before',
      'Examples:\n  parseltongue summarize\n  parseltongue summarize --model qwen2.5-coder-1.5b\n  parseltongue summarize --model ~/models/qwen.gguf\n',
    )
    .action(
      host.run(async (invocation, flags: { model?: string }) => {
        const workspace = await invocation.openWorkspace();
        const outcome = await workspace.summarize(flags);
        return {
          exitCode: EXIT.ok,
          json: { contract: 'pt.cli.summarize/1', ...outcome },
          text: renderSummaries(outcome),
        };
      }),
    );
};

function renderSummaries(outcome: SummarizeOutcome): string {
  const { summaries, rule_based, llm_assisted, mean_quality, ms } = outcome;
  if (summaries === 0)
    return `Every row has a summary of its code as it is; looked at in ${formatDuration(ms)}\n`;
  return `Summarized ${formatNumber(summaries)} rows in ${formatDuration(ms)}: ${formatNumber(rule_based)} by rule, ${formatNumber(llm_assisted)} by model, mean quality ${mean_quality.toFixed(2)}\n${renderAnswers(outcome)}`;
}

/** How many answers the model owed, and what became of them. */
function renderAnswers({ model, asked }: SummarizeOutcome): string {
  if (model === null || asked === null) return '';
  const counts = Object.entries(asked).map(([result, count]) => `${formatNumber(count)} ${result}`);
  const failed = asked.failed > 0 ? '. parseltongue elf list says why answers failed' : '';
  return `Answers of ${model.name}: ${counts.join(', ')}${model.is_durable ? failed : ''}\n`;
}
