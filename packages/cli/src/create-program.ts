import { Command } from 'commander';
import { VERBS } from './commands/index.js';
import type { CliContext } from './io.js';
import type { VerbHost } from './verb.js';
import { readVersion } from './version.js';

/** The whole command line: options of every verb, then the verbs in the order a user meets them. */
export function createProgram(context: CliContext, host: VerbHost): Command {
  const program = new Command('parseltongue')
    .description('Verified changes to large Rust codebases, from a CodeGraph of interfaces.')
    .version(readVersion(), '-V, --version')
    .option('-C, --cwd <path>', 'run as if started in <path>', '.')
    .option('--json', 'answer with one JSON document', false)
    .option('-q, --quiet', 'no progress on stderr', false)
    .option('-v, --verbose', 'causes and timings on stderr', false)
    .option('--no-color', 'plain text, also on a terminal')
    .option('-y, --yes', 'answer yes to every question', false)
    .option('--no-input', 'never ask; fail with the flag that would have answered')
    .option('--no-daemon', 'work in this process, also when a daemon owns the repository')
    .option('--no-analyzer', 'leave rust-analyzer (gate T2) out')
    .option('--no-confine', 'build and test with all your rights, also where bubblewrap works')
    .option('--allow-network', 'let cargo download what is missing', false)
    .option(
      '--state-dir <path>',
      'where the CodeGraph and run logs are kept (default: .parseltongue in the repository)',
    )
    .addHelpText('before', EXAMPLES)
    .showSuggestionAfterError(true)
    .showHelpAfterError('(add --help for examples)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => context.io.out(text), writeErr: (text) => context.io.err(text) });
  for (const add of VERBS) add(program, host);
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  return program;
}

const EXAMPLES = `Examples:
  parseltongue index                        read this repository into the CodeGraph
  parseltongue search parse config          find interfaces
  parseltongue fix --dry-run                what the compiler's suggestions would repair, verified
  parseltongue                              all of it, interactively
`;
