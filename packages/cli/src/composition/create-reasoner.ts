import {
  createAnthropicReasoner,
  createCommandReasoner,
  createReplayReasoner,
  type Reasoner,
  recordTranscript,
} from '@parseltongue/sorcerer';
import { CliError } from '../errors.js';
import type { CliContext } from '../io.js';
import type { ReasonerChoice } from './workspace.js';

/**
 * The reasoner a user chose, recording its answers when asked to.
 *
 * @throws CliError PT_CLI_USAGE when the choice lacks something
 */
export function createReasoner(choice: ReasonerChoice, context: CliContext, scratchDir: string): Reasoner {
  const reasoner = createPlainReasoner(choice, context, scratchDir);
  return choice.record === undefined ? reasoner : recordTranscript(reasoner, { file: choice.record });
}

function createPlainReasoner(choice: ReasonerChoice, { env }: CliContext, scratchDir: string): Reasoner {
  if (choice.kind === 'anthropic') {
    return createAnthropicReasoner({
      apiKey:
        env.ANTHROPIC_API_KEY ?? missing('the anthropic reasoner needs ANTHROPIC_API_KEY in the environment'),
      ...(choice.model === undefined ? {} : { model: choice.model }),
      ...(env.ANTHROPIC_BASE_URL === undefined ? {} : { baseURL: env.ANTHROPIC_BASE_URL }),
    });
  }
  if (choice.kind === 'command') {
    const [program, ...args] = choice.argv ?? [];
    const argv: [string, ...string[]] = [
      program ?? missing('the command reasoner needs --exec <program>'),
      ...args,
    ];
    return createCommandReasoner({ argv, cwd: scratchDir, env: definedOnly(env) });
  }
  return createReplayReasoner({
    file: choice.transcript ?? missing('the replay reasoner needs --transcript <file>'),
    match: 'attempt',
  });
}

function definedOnly(env: CliContext['env']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function missing(what: string): never {
  throw new CliError('PT_CLI_USAGE', {
    message: `Cannot start: ${what}`,
    details: { argument: '--reasoner' },
  });
}
