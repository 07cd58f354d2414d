import { EXIT } from '../exit-codes.js';
import { serveMcp } from '../mcp/serve-mcp.js';
import type { AddVerb } from '../verb.js';

/** `mcp`: serves the tools over stdio until the client closes its end. */
export const addMcpVerb: AddVerb = (program, host) => {
  program
    .command('mcp')
    .description('serve the tools to an MCP client over stdio')
    .addHelpText(
      'after',
      '\nExample (Claude Code):\n  claude mcp add parseltongue -- npx -y @parseltongue/cli mcp',
    )
    .action(
      host.run(async (invocation) => {
        await serveMcp(invocation);
        return { exitCode: EXIT.ok, json: { contract: 'pt.cli.mcp/1' }, text: '', isStreamed: true };
      }),
    );
};
