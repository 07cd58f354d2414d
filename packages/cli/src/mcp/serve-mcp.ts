import { acceptedContent, inputRequired, McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { ParseltongueError } from '@parseltongue/isg-core';
import { z } from 'zod';
import type { Workspace } from '../compose.js';
import type { Invocation } from '../verb.js';
import { readVersion } from '../version.js';
import type { ToolAnswer, ToolDefinition } from './define-tool.js';
import { TOOLS } from './tools/index.js';

const INSTRUCTIONS =
  'Parseltongue answers structural questions about this Rust repository (who calls this, what breaks if it changes, which tests reach it) and makes changes that are compiled and tested before they are written. Change code by propose, preflight, apply.';

const ConfirmSchema = z.object({ confirm: z.boolean() });

/** Serves all tools over stdio and resolves when the client closes its end or the signal aborts. */
export async function serveMcp(invocation: Invocation): Promise<void> {
  const { signal } = invocation.context;
  const workspaces = createWorkspaceHolder(invocation);
  const handle = serveStdio(() => createServer(workspaces), {
    onerror: (error) => invocation.context.io.err(`mcp: ${error.message}\n`),
  });
  await new Promise<void>((done) => {
    process.stdin.once('end', done);
    process.stdin.once('close', done);
    signal.addEventListener('abort', () => done(), { once: true });
  });
  await handle.close();
}

interface WorkspaceHolder {
  get(): Promise<Workspace>;
}

/** Opens the workspace at the first call, so that the client's greeting is answered at once. */
function createWorkspaceHolder(invocation: Invocation): WorkspaceHolder {
  let opened: Promise<Workspace> | undefined;
  return {
    get() {
      opened ??= invocation.openWorkspace().catch((error: unknown) => {
        opened = undefined; // the next call may find the repository in order
        throw error;
      });
      return opened;
    },
  };
}

function createServer(workspaces: WorkspaceHolder): McpServer {
  const server = new McpServer(
    { name: 'parseltongue', version: readVersion() },
    { instructions: INSTRUCTIONS, capabilities: { tools: {} } },
  );
  for (const tool of TOOLS) registerTool(server, tool, workspaces);
  return server;
}

function registerTool(server: McpServer, tool: ToolDefinition, workspaces: WorkspaceHolder): void {
  const config = {
    title: tool.title,
    description: tool.description,
    inputSchema: tool.input,
    annotations: {
      title: tool.title,
      readOnlyHint: tool.isReadOnly,
      destructiveHint: tool.confirm !== undefined,
      idempotentHint: tool.isReadOnly,
      openWorldHint: false,
    },
    ...(tool.confirm === undefined ? {} : { _meta: { 'anthropic/requiresUserInteraction': true } }),
  };
  server.registerTool(tool.name, config, async (input, context) => {
    const question = tool.confirm?.(input);
    const pending = question === undefined ? undefined : askHuman(question, context);
    if (pending !== undefined) return pending;
    return toResult(await runTool(tool, input, { workspaces, signal: context.mcpReq.signal }));
  });
}

/** Undefined once the human said yes; otherwise what to answer the client. */
function askHuman(question: string, context: ServerContext) {
  const { inputResponses } = context.mcpReq;
  if (inputResponses !== undefined && 'confirm' in inputResponses) {
    const isYes = acceptedContent(inputResponses, 'confirm', ConfirmSchema)?.confirm === true;
    return isYes ? undefined : toResult({ text: 'Not applied: the human did not say yes', isError: true });
  }
  return inputRequired({
    inputRequests: { confirm: inputRequired.elicit({ message: question, requestedSchema: ConfirmSchema }) },
  });
}

interface ToolRun {
  workspaces: WorkspaceHolder;
  signal: AbortSignal;
}

async function runTool(tool: ToolDefinition, input: z.infer<z.ZodObject>, run: ToolRun): Promise<ToolAnswer> {
  try {
    return await tool.run(input, { workspace: await run.workspaces.get(), signal: run.signal });
  } catch (error) {
    if (!ParseltongueError.isInstance(error)) throw error;
    return { text: `${error.code}: ${error.message}`, isError: true };
  }
}

function toResult(answer: ToolAnswer) {
  return {
    content: [{ type: 'text' as const, text: answer.text }],
    ...(answer.structured === undefined ? {} : { structuredContent: answer.structured }),
    ...(answer.isError === true ? { isError: true } : {}),
  };
}
