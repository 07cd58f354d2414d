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
      host.run(async ({ config, context }) => {
        const { CONFIG_KEYS, envNameOf } = await import('../config/config-keys.js');
        const { userConfigPath } = await import('../config/load-config.js');
        const settings = CONFIG_KEYS.map(({ key, isRepositoryChoice, what }) => {
          const entry = config.get(key);
          const { value, source } = entry ?? { value: null, source: 'default' as const };
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
          text: `${renderTable(['setting', 'value', 'from', 'what'], rows)}Files: ${userConfigPath(context.env)}, parseltongue.toml in the repository\n`,
        };
      }),
    );
};
