import { EXIT } from '../exit-codes.js';
import type { AddVerb } from '../verb.js';
import { parsePort } from './options.js';

interface McpFlags {
  http?: number;
  tokenFile?: string;
}

/** `mcp`: serves the tools over stdio until the client closes its end, or over HTTP on this machine. */
export const addMcpVerb: AddVerb = (program, host) => {
  program
    .command('mcp')
    .description('serve the tools to an MCP client over stdio, or over HTTP on this machine')
    .option('--http <port>', 'streamable HTTP on 127.0.0.1 instead of stdio; 0 picks a port', parsePort)
    .option(
      '--token-file <file>',
      'read the bearer token of --http from a file (default: a new one, on stderr)',
    )
    .addHelpText(
      'before',
      'Examples:\n  claude mcp add parseltongue -- npx -y @parseltongue/cli mcp\n  parseltongue mcp --http 8231 --token-file token.txt\n',
    )
    .action(
      host.run(async (invocation, flags: McpFlags) => {
        if (flags.http === undefined) {
          const { serveMcp } = await import('../mcp/serve-mcp.js');
          await serveMcp(invocation);
        } else {
          const { serveHttp } = await import('../mcp/serve-http.js');
          await serveHttp(invocation, {
            port: flags.http,
            ...(flags.tokenFile === undefined ? {} : { tokenFile: flags.tokenFile }),
          });
        }
        return { exitCode: EXIT.ok, json: { contract: 'pt.cli.mcp/1' }, text: '', isStreamed: true };
      }),
    );
};
