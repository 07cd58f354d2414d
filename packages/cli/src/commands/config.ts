import type { Command } from 'commander';
import type { ConfigValue } from '../config/load-config.js';
import { EXIT } from '../exit-codes.js';
import { renderTable } from '../render/table.js';
import type { AddVerb } from '../verb.js';

/** `config`: every setting, its value and who chose it. */
export const addConfigVerb: AddVerb = (program, host) => {
  program
    .command('config')
    .description('every setting, its value and who chose it: flag, environment, repository, you')
    .addHelpText(
      'before',
      'Examples:\n  parseltongue config\n  PARSELTONGUE_SEARCH_LIMIT=5 parseltongue config --json\n',
    )
    .action(
      host.run(async ({ config, context, program }) => {
        const { CONFIG_KEYS, envNameOf } = await import('../config/config-keys.js');
        const { userConfigPath } = await import('../config/load-config.js');
        const settings = CONFIG_KEYS.map(({ key, verb, option, isRepositoryChoice, what }) => {
          const entry = config.get(key);
          const { value, source } = entry ?? {
            value: readDefault(program, verb, option),
            source: 'default' as const,
          };
          return { key, value, source, env: envNameOf(key), is_repository_choice: isRepositoryChoice, what };
        });
        const rows = settings.map(({ key, value, source, what }) => [
          key,
          value === null ? '' : JSON.stringify(value),
          source,
          what,
        ]);
        return {
          exitCode: EXIT.ok,
          json: { contract: 'pt.cli.config/1', settings },
          text: `${renderTable(['setting', 'value', 'from', 'what'], rows, context.io.columns)}Files: ${userConfigPath(context.env)}, parseltongue.toml in the repository\n`,
        };
      }),
    );
};

/** What holds when nobody chose: as the option declares it, null where it depends or nothing is meant. */
function readDefault(program: Command, verb: string | undefined, option: string): ConfigValue | null {
  const holder = verb === undefined ? program : program.commands.find((command) => command.name() === verb);
  const declared = holder?.options.find((candidate) => candidate.attributeName() === option);
  return (declared?.defaultValue as ConfigValue | undefined) ?? null;
}
