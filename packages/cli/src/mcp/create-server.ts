import {
  acceptedContent,
  inputRequired,
  McpServer,
  ResourceTemplate,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Progress } from '@parseltongue/isg-core';
import { z } from 'zod';
import { readVersion } from '../version.js';
import type { ToolAnswer, ToolDefinition } from './define-tool.js';
import { PROMPTS, type PromptDefinition } from './prompts/prompts.js';
import { RESOURCE_TEMPLATES, RESOURCES } from './resources/read-resource.js';
import type { ToolHost } from './tool-host.js';
import { TOOLS } from './tools/index.js';

const INSTRUCTIONS =
  'Parseltongue answers structural questions about this Rust repository (who calls this, what breaks if it changes, which tests reach it) and makes changes that are compiled and tested before they are written. Change code by propose, preflight, apply. For plain text search use grep.';

const ConfirmSchema = z.object({ confirm: z.boolean() });

/** One MCP server over a tool host; the caller connects it to a transport. */
export function createMcpServer(host: ToolHost): McpServer {
  const server = new McpServer(
    { name: 'parseltongue', version: readVersion() },
    { instructions: INSTRUCTIONS, capabilities: { tools: {}, resources: {}, prompts: {} } },
  );
  for (const tool of TOOLS) registerTool(server, tool, host);
  registerResources(server, host);
  for (const prompt of PROMPTS) registerPrompt(server, prompt);
  return server;
}

function registerTool(server: McpServer, tool: ToolDefinition, host: ToolHost): void {
  const config = {
    title: tool.title,
    description: tool.description,
    inputSchema: leanSchema(tool.input),
    annotations: {
      readOnlyHint: tool.isReadOnly,
      destructiveHint: tool.confirm !== undefined,
      openWorldHint: false,
    },
    ...(tool.confirm === undefined ? {} : { _meta: { 'anthropic/requiresUserInteraction': true } }),
  };
  server.registerTool(tool.name, config, async (input, context) => {
    const question = tool.confirm?.(input);
    const pending = question === undefined ? undefined : askHuman(question, context);
    if (pending !== undefined) return pending;
    const { signal } = context.mcpReq;
    return toResult(
      await host.callTool(tool.name, input, { signal, onProgress: (event) => void report(event, context) }),
    );
  });
}

/** The schema as clients see it, without the dialect line that every tool would repeat. */
function leanSchema(schema: z.ZodObject): z.ZodObject {
  const standard = schema['~standard'];
  type Make = (options: Parameters<typeof standard.jsonSchema.input>[0]) => Record<string, unknown>;
  const lean = (make: Make): Make => {
    return (options) => {
      const { $schema: _dialect, ...rest } = make(options);
      return rest;
    };
  };
  const jsonSchema = {
    input: lean((options) => standard.jsonSchema.input(options)),
    output: lean((options) => standard.jsonSchema.output(options)),
  };
  return Object.create(schema, { '~standard': { value: { ...standard, jsonSchema } } }) as z.ZodObject;
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

/** Progress goes only to clients that asked for it. */
async function report({ stage, done, total, unit }: Progress, { mcpReq }: ServerContext): Promise<void> {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return;
  await mcpReq
    .notify({
      method: 'notifications/progress',
      params: {
        progressToken,
        progress: done,
        message: `${stage}: ${done} ${unit}`,
        ...(total === null ? {} : { total }),
      },
    })
    .catch(() => undefined); // a client that left wants no progress
}

function registerResources(server: McpServer, host: ToolHost): void {
  const read = async (uri: URL, mimeType: string) => ({
    contents: [{ uri: uri.href, mimeType, ...(await host.readResource(uri.href)) }],
  });
  for (const { name, uri, ...metadata } of RESOURCES)
    server.registerResource(name, uri, metadata, (at) => read(at, metadata.mimeType));
  for (const { name, uri, ...metadata } of RESOURCE_TEMPLATES) {
    const template = new ResourceTemplate(uri, { list: undefined });
    server.registerResource(name, template, metadata, (at) => read(at, metadata.mimeType));
  }
}

function registerPrompt(
  server: McpServer,
  { name, title, description, args, write }: PromptDefinition,
): void {
  server.registerPrompt(name, { title, description, argsSchema: args }, (given) => ({
    messages: [{ role: 'user', content: { type: 'text', text: write(given as Record<string, string>) } }],
  }));
}

function toResult(answer: ToolAnswer) {
  return {
    content: [{ type: 'text' as const, text: answer.text }],
    ...(answer.structured === undefined ? {} : { structuredContent: answer.structured }),
    ...(answer.isError === true ? { isError: true } : {}),
  };
}
