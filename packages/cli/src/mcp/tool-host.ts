import { ParseltongueError } from '@parseltongue/isg-core';
import { z } from 'zod';
import type { Workspace } from '../compose.js';
import { CliError } from '../errors.js';
import type { CallOptions, ToolAnswer } from './define-tool.js';
import { readResource } from './resources/read-resource.js';
import { TOOLS } from './tools/index.js';

/** Who runs the tools: this process, or the daemon that owns the repository. */
export interface ToolHost {
  /** Expected failures are answers with `isError`; rejects only for faults of ours. */
  callTool(name: string, input: unknown, options: CallOptions): Promise<ToolAnswer>;
  /** @throws CliError PT_CLI_RESOURCE_UNKNOWN */
  readResource(uri: string): Promise<{ text: string }>;
}

/** Most characters a model is ever shown at once: 8 k tokens of text. */
const HARD_LIMIT_CHARACTERS = 32_000;

/** Opens the workspace of one call. */
export type CallWorkspace = (options: CallOptions) => Promise<Workspace>;

/** Runs tools on the workspace `open` gives. */
export function createToolHost(open: CallWorkspace): ToolHost {
  return {
    async callTool(name, input, options) {
      try {
        const tool = TOOLS.find((candidate) => candidate.name === name);
        if (tool === undefined) return refuse(`There is no tool ${name}`);
        const parsed = tool.input.safeParse(input);
        if (!parsed.success) return refuse(`Invalid arguments: ${z.prettifyError(parsed.error)}`);
        const workspace = await open(options);
        return limit(await tool.run(parsed.data, { workspace, signal: options.signal }));
      } catch (error) {
        return answerFailure(error);
      }
    },
    async readResource(uri) {
      const workspace = await open({ signal: new AbortController().signal });
      return { text: await readResource(uri, workspace) };
    },
  };
}

/** A coded error as an answer; other errors are thrown again. */
export function answerFailure(error: unknown): ToolAnswer {
  if (!ParseltongueError.isInstance(error)) throw error;
  return { text: `${error.code}: ${error.message}`, isError: true };
}

function refuse(problem: string): ToolAnswer {
  return answerFailure(
    new CliError('PT_CLI_USAGE', { message: problem, details: { argument: 'arguments' } }),
  );
}

function limit(answer: ToolAnswer): ToolAnswer {
  if (answer.text.length <= HARD_LIMIT_CHARACTERS) return answer;
  const cut = answer.text.lastIndexOf('\n', HARD_LIMIT_CHARACTERS);
  const shown = answer.text.slice(0, cut > 0 ? cut : HARD_LIMIT_CHARACTERS);
  return {
    ...answer,
    text: `${shown}\n-- cut at 8,000 tokens of about ${Math.ceil(answer.text.length / 4)}; narrow the question\n`,
  };
}
