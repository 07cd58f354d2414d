import type { Command } from 'commander';
import { CONFIG_KEYS, type ConfigKey } from './config-keys.js';
import type { Config } from './load-config.js';

/** Gives every option of a command that no flag chose the value of the configuration. */
export function fillOptions(command: Command, config: Config): void {
  for (const known of CONFIG_KEYS) {
    const entry = config.get(known.key);
    const holder = holderOf(command, known);
    if (entry === undefined || holder === undefined) continue;
    if (holder.getOptionValueSource(known.option) === 'cli') continue;
    holder.setOptionValueWithSource(known.option, entry.value, 'config');
  }
}

/** The command whose option the setting fills: the verb itself, or the program for options of every verb. */
function holderOf(command: Command, { verb, option }: ConfigKey): Command | undefined {
  const chain: Command[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent) chain.push(at);
  const program = chain.at(-1);
  const holder = verb === undefined ? program : chain.find((candidate) => candidate.name() === verb);
  const isDeclared = chain.some((candidate) =>
    candidate.options.some((declared) => declared.attributeName() === option),
  );
  return isDeclared ? (holder ?? undefined) : undefined;
}
