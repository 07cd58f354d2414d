import type { Command } from 'commander';

/** A verb as a shell completes it. */
interface Word {
  name: string;
  about: string;
  options: { flag: string; about: string }[];
  /** Words the first argument may be. */
  choices: readonly string[];
}

/** The completion script of a shell for all verbs, their options and fixed arguments. */
export function writeCompletion(program: Command, shell: 'bash' | 'zsh' | 'fish'): string {
  const globals = describeOptions(program);
  const words = program.commands.map((command) => ({
    name: command.name(),
    about: command.description(),
    options: [...describeOptions(command), ...globals],
    choices: command.registeredArguments[0]?.argChoices ?? [],
  }));
  return { bash: writeBash, zsh: writeZsh, fish: writeFish }[shell](words, globals);
}

function describeOptions(command: Command): Word['options'] {
  return command.options
    .filter((option) => option.long !== undefined)
    .map((option) => ({ flag: option.long ?? '', about: option.description }));
}

function writeBash(words: readonly Word[]): string {
  const cases = words.map(({ name, options, choices }) => {
    const all = [...choices, ...options.map(({ flag }) => flag)].join(' ');
    return `    ${name}) candidates="${all}" ;;`;
  });
  return `_parseltongue() {
  local word="\${COMP_WORDS[COMP_CWORD]}" verb="" candidates="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in -C|--cwd|--state-dir) ((i++)) ;; -*) ;; *) verb="\${COMP_WORDS[i]}"; break ;; esac
  done
  case "$verb" in
    "") candidates="${words.map(({ name }) => name).join(' ')}" ;;
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "$word"))
}
complete -o default -F _parseltongue parseltongue
`;
}

function writeZsh(words: readonly Word[], globals: Word['options']): string {
  const verbs = words.map(({ name, about }) => `    ${quote(`${name}:${about}`)}`);
  const cases = words.map(({ name, options, choices }) => {
    const flags = options.map(({ flag, about }) => quote(`${flag}[${about.replace(/[[\]]/g, '')}]`));
    const rest = choices.length === 0 ? quote('*:file:_files') : quote(`1:what:(${choices.join(' ')})`);
    return `        ${name}) _arguments ${[...flags, rest].join(' ')} ;;`;
  });
  return `#compdef parseltongue
_parseltongue() {
  local -a verbs=(
${verbs.join('\n')}
  )
  _arguments -C ${globals.map(({ flag, about }) => quote(`${flag}[${about.replace(/[[\]]/g, '')}]`)).join(' ')} '1:verb:->verb' '*::rest:->rest'
  case $state in
    verb) _describe verb verbs ;;
    rest)
      case $words[1] in
${cases.join('\n')}
      esac ;;
  esac
}
compdef _parseltongue parseltongue
`;
}

function writeFish(words: readonly Word[], globals: Word['options']): string {
  const lines = words.flatMap(({ name, about, options, choices }) => [
    `complete -c parseltongue -n __fish_use_subcommand -f -a ${name} -d ${quote(about)}`,
    ...choices.map(
      (choice) => `complete -c parseltongue -n '__fish_seen_subcommand_from ${name}' -f -a ${choice}`,
    ),
    ...options
      .filter((option) => !globals.includes(option))
      .map(
        ({ flag, about: what }) =>
          `complete -c parseltongue -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)} -d ${quote(what)}`,
      ),
  ]);
  const everywhere = globals.map(
    ({ flag, about }) => `complete -c parseltongue -l ${flag.slice(2)} -d ${quote(about)}`,
  );
  return `${[...lines, ...everywhere].join('\n')}\n`;
}

/** One word for a POSIX-like shell and for fish. */
function quote(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}
