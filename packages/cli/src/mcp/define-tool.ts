import type { ProgressListener } from '@parseltongue/isg-core';
import type { z } from 'zod';
import type { Workspace } from '../compose.js';

/** What a tool answers: lean text for the model; structured content only for small verdicts. */
export interface ToolAnswer {
  text: string;
  structured?: Record<string, unknown>;
  isError?: boolean;
}

export interface ToolContext {
  workspace: Workspace;
  signal: AbortSignal;
}

/** How a caller takes part in one call of a tool. */
export interface CallOptions {
  signal: AbortSignal;
  onProgress?: ProgressListener;
}

/** One MCP tool. Reads and writes are separate tools. */
export interface ToolDefinition<Input extends z.ZodObject = z.ZodObject> {
  name: string;
  title: string;
  /** What it does, what it returns, what it does not do, which sibling to use instead. */
  description: string;
  input: Input;
  isReadOnly: boolean;
  /** Text of the question a human must answer with yes before the tool runs. */
  confirm?(input: z.infer<Input>): string;
  run(input: z.infer<Input>, context: ToolContext): Promise<ToolAnswer>;
}

/** Declares a tool; keeps the input type of the handler and the schema in step. */
export function defineTool<Input extends z.ZodObject>(tool: ToolDefinition<Input>): ToolDefinition {
  return tool;
}
