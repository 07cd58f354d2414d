import type { Command } from 'commander';
import type { ReasonerChoice } from '../composition/workspace.js';

/** The options that choose who reasons. */
export interface ReasonerFlags {
  reasoner: string;
  model?: string;
  baseUrl?: string;
  exec?: string[];
  transcript?: string;
  record?: string;
  scanModel?: string;
}

/** Every reasoner, with the options it cannot do without. */
const REASONERS: Readonly<Record<ReasonerChoice['kind'], readonly [keyof ReasonerFlags, string][]>> = {
  anthropic: [],
  openai: [['model', '--model <id>']],
  local: [['model', '--model <GGUF file>']],
  command: [['exec', '--exec <program> [arguments]']],
  agent: [],
  replay: [['transcript', '--transcript <file>']],
};

/** Declares the options that choose who reasons. */
export function addReasonerOptions(command: Command): Command {
  return command
    .option('--reasoner <name>', Object.keys(REASONERS).join(', '), 'anthropic')
    .option(
      '--model <id>',
      'model of the anthropic or openai reasoner or of the agent; GGUF file of the local one',
    )
    .option(
      '--base-url <address>',
      'server of the openai reasoner, e.g. http://127.0.0.1:8080/v1 (key in OPENAI_API_KEY)',
    )
    .option(
      '--exec <argv...>',
      'program of the command reasoner and its arguments, e.g. --exec claude -p; or of the agent',
    )
    .option('--transcript <file>', 'recording the replay reasoner answers from')
    .option('--record <file>', 'record the answers for a later replay')
    .option('--scan-model <file>', 'GGUF file whose agents run the scan tasks of a stepped change');
}

/**
 * The reasoner the options choose.
 *
 * @throws CliError PT_CLI_USAGE when there is none of that name, or it lacks something
 */
export async function readReasonerChoice(flags: ReasonerFlags): Promise<ReasonerChoice> {
  const kinds = Object.keys(REASONERS) as ReasonerChoice['kind'][];
  const kind = kinds.find((name) => name === flags.reasoner);
  if (kind === undefined)
    throw await usage(`No reasoner named "${flags.reasoner}". There are: ${kinds.join(', ')}`);
  const lacking = REASONERS[kind].find(([flag]) => flags[flag] === undefined);
  if (lacking !== undefined) throw await usage(`The ${kind} reasoner needs ${lacking[1]}`);
  const { model, baseUrl, exec, transcript, record, scanModel } = flags;
  return {
    kind,
    ...(model === undefined ? {} : { model }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(exec === undefined ? {} : { argv: exec }),
    ...(transcript === undefined ? {} : { transcript }),
    ...(record === undefined ? {} : { record }),
    ...(scanModel === undefined ? {} : { scanModel }),
  };
}

async function usage(message: string): Promise<Error> {
  const { CliError } = await import('../errors.js');
  return new CliError('PT_CLI_USAGE', { message, details: { argument: '--reasoner' } });
}
