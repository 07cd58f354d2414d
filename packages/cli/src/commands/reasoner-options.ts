import type { Command } from 'commander';
import type { ReasonerChoice } from '../composition/workspace.js';

/** The options that choose who reasons. */
export interface ReasonerFlags {
  reasoner: string;
  model?: string;
  exec?: string[];
  transcript?: string;
  record?: string;
}

const REASONERS = ['anthropic', 'command', 'replay'] as const;

/** Declares the options that choose who reasons. */
export function addReasonerOptions(command: Command): Command {
  return command
    .option('--reasoner <name>', REASONERS.join(', '), 'anthropic')
    .option('--model <id>', 'model of the anthropic reasoner (key in ANTHROPIC_API_KEY)')
    .option('--exec <argv...>', 'program of the command reasoner and its arguments, e.g. --exec claude -p')
    .option('--transcript <file>', 'recording the replay reasoner answers from')
    .option('--record <file>', 'record the answers for a later replay');
}

/**
 * The reasoner the options choose.
 *
 * @throws CliError PT_CLI_USAGE when there is none of that name, or it lacks something
 */
export async function readReasonerChoice(flags: ReasonerFlags): Promise<ReasonerChoice> {
  const kind = REASONERS.find((name) => name === flags.reasoner);
  const missing = {
    anthropic: undefined,
    command: flags.exec === undefined ? '--exec <program> [arguments]' : undefined,
    replay: flags.transcript === undefined ? '--transcript <file>' : undefined,
  };
  if (kind === undefined)
    throw await usage(`No reasoner named "${flags.reasoner}". There are: ${REASONERS.join(', ')}`);
  if (missing[kind] !== undefined) throw await usage(`The ${kind} reasoner needs ${missing[kind]}`);
  return {
    kind,
    ...(flags.model === undefined ? {} : { model: flags.model }),
    ...(flags.exec === undefined ? {} : { argv: flags.exec }),
    ...(flags.transcript === undefined ? {} : { transcript: flags.transcript }),
    ...(flags.record === undefined ? {} : { record: flags.record }),
  };
}

async function usage(message: string): Promise<Error> {
  const { CliError } = await import('../errors.js');
  return new CliError('PT_CLI_USAGE', { message, details: { argument: '--reasoner' } });
}
