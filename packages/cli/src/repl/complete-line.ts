import type { Command } from 'commander';

/** Finds what may follow the text of a word that is not a verb or an option: keys of rows, files. */
export type CompleteKey = (prefix: string) => Promise<string[]>;

/** Candidates for the last word of a line, and that word, as `node:readline` wants them. */
export async function completeLine(
  line: string,
  program: Command,
  completeKey: CompleteKey,
): Promise<[string[], string]> {
  const words = line.split(/\s+/);
  const last = words.at(-1) ?? '';
  const verbs = program.commands.map((command) => command.name());
  if (words.length <= 1) return [startingWith([...verbs, 'help', 'exit'], last), last];
  const command = program.commands.find((candidate) => candidate.name() === words[0]);
  if (last.startsWith('-')) {
    const options = [...(command?.options ?? []), ...program.options].map(({ long }) => long ?? '');
    return [startingWith(options, last), last];
  }
  const choices = command?.registeredArguments[words.length - 2]?.argChoices ?? [];
  const fixed = startingWith(choices, last);
  return [fixed.length > 0 ? fixed : await completeKey(last), last];
}

function startingWith(candidates: readonly string[], prefix: string): string[] {
  return candidates.filter((candidate) => candidate !== '' && candidate.startsWith(prefix));
}
