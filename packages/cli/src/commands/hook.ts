import { Argument } from 'commander';
import { EXIT } from '../exit-codes.js';
import type { AddVerb } from '../verb.js';

/** `hook`: facts for a Claude Code session; hidden, and never a failure that would block it. */
export const addHookVerb: AddVerb = (program, host) => {
  program
    .command('hook', { hidden: true })
    .description('facts for the hooks of the Claude Code plugin')
    .addArgument(new Argument('<event>', 'which hook').choices(['session-start', 'post-tool-use']))
    .addHelpText('before', 'Example:\n  parseltongue hook session-start < input.json\n')
    .action(
      host.run(async (invocation, event: 'session-start' | 'post-tool-use') => {
        const { writeHookFacts } = await import('../hooks/write-hook-facts.js');
        const facts = await writeHookFacts(event, invocation);
        const json = { contract: 'pt.cli.hook/1', facts: facts ?? null };
        return { exitCode: EXIT.ok, json, text: facts === undefined ? '' : formatOutput(event, facts) };
      }),
    );
};

function formatOutput(event: 'session-start' | 'post-tool-use', facts: string): string {
  const hookEventName = event === 'session-start' ? 'SessionStart' : 'PostToolUse';
  return `${JSON.stringify({ hookSpecificOutput: { hookEventName, additionalContext: facts } })}\n`;
}
