// Shell completion, written from the commands themselves, so that it knows what they know.
import type { Command, Option } from 'commander';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** The script that makes a shell complete `starter`. */
export function completion(program: Command, shell: Shell): string {
  const name = program.name();
  return { bash, zsh, fish }[shell](name, contextsOf(program));
}

/** What may follow a command: the commands below it and its options. */
interface Context {
  /** The words of the command, such as `keys new`; empty for the program itself. */
  path: string;
  /** Commands, or the values of an argument. */
  words: { word: string; description: string }[];
  options: { flag: string; description: string; takesValue: boolean; values: readonly string[] }[];
}

function contextsOf(command: Command, path = ''): Context[] {
  const help = command.createHelp();
  const below = help.visibleCommands(command).filter((inner) => inner.name() !== 'help');
  const own: Context = {
    path,
    words: [
      ...below.map((inner) => ({ word: inner.name(), description: inner.description() })),
      ...command.registeredArguments.flatMap(({ argChoices = [] }) =>
        argChoices.map((word) => ({ word, description: '' })),
      ),
    ],
    options: help.visibleOptions(command).map(({ long, description, required, optional, argChoices }: Option) => ({
      flag: long ?? '',
      description,
      takesValue: required || optional,
      values: argChoices ?? [],
    })),
  };
  return [own, ...below.flatMap((inner) => contextsOf(inner, `${path} ${inner.name()}`.trim()))];
}

/** Bash sees a case for each command. Values that nobody can list are left to the names of files. */
function bash(name: string, contexts: Context[]): string {
  const inside = contexts.map(({ path, words, options }) => {
    const values = options
      .filter(({ takesValue }) => takesValue)
      .map(
        ({ flag, values }) => `        ${flag}) ${values.length > 0 ? `words='${values.join(' ')}'` : 'return'} ;;\n`,
      );
    const all = [...words.map(({ word }) => word), ...options.map(({ flag }) => flag)].join(' ');
    return `    '${path}')
      words='${all}'
      case "$previous" in
${values.join('')}      esac ;;
`;
  });
  const paths = contexts.flatMap(({ path }) => (path === '' ? [] : [`'${path}'`])).join('|');
  return `_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command='' words='' word
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do
    case "\${command:+$command }$word" in ${paths}) command="\${command:+$command }$word" ;; esac
  done
  case "$command" in
${inside.join('')}  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${name} ${name}
`;
}

/** Zsh can use what was written for bash. */
const zsh = (name: string, contexts: Context[]): string =>
  `autoload -Uz compinit bashcompinit && compinit && bashcompinit\n${bash(name, contexts)}`;

function fish(name: string, contexts: Context[]): string {
  const lines = contexts.flatMap(({ path, words, options }) => {
    const when = `-n ${quoted(condition(path, words))}`;
    return [
      ...words.map(
        ({ word, description }) =>
          `complete -c ${name} ${when} -f -a ${word}${description && ` -d ${quoted(description)}`}`,
      ),
      ...options.map(({ flag, description, takesValue, values }) => {
        const value = takesValue ? (values.length > 0 ? ` -x -a ${quoted(values.join(' '))}` : ' -r') : '';
        return `complete -c ${name} ${when} -l ${flag.replace(/^--/, '')}${value} -d ${quoted(description)}`;
      }),
    ];
  });
  return `${lines.join('\n')}\n`;
}

function condition(path: string, words: Context['words']): string {
  if (path === '') return '__fish_use_subcommand';
  const seen = path.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`);
  // A word below it was typed: what may follow is that command's to say.
  const below = words.length > 0 ? [`not __fish_seen_subcommand_from ${words.map(({ word }) => word).join(' ')}`] : [];
  return [...seen, ...below].join('; and ');
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
