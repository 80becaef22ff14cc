import { Argument, Command } from 'commander';
import { TRACKING_TASKS } from '../tasks/registry.ts';

type Commands = ReadonlyMap<string, () => Promise<Command>>;

/** Words from our own program, which no shell reads anything into. */
const WORD = /^[\w./-]+$/;

export function completionCommand(commands: Commands): Command {
  return new Command('completion')
    .description('print a script that completes commands, options and tasks in bash or zsh')
    .addArgument(
      new Argument('<shell>', 'for ~/.bashrc or ~/.zshrc: source <(tsuiseki completion bash)').choices([
        'bash',
        'zsh',
      ]),
    )
    .action(async (shell: string) => {
      process.stdout.write(await scriptFor(shell, commands));
    });
}

/** zsh takes bash's own completions. Where no word of ours fits, files are completed. */
async function scriptFor(shell: string, commands: Commands): Promise<string> {
  const cases: string[] = [];
  const values = new Map([['--task', wordsOf(TRACKING_TASKS.map(({ name }) => name))]]);
  for (const [name, load] of commands) {
    const command = await load();
    const all = [command, ...command.commands];
    for (const { long, argChoices } of all.flatMap((each) => each.options))
      if (long != null && argChoices !== undefined) values.set(long, wordsOf(argChoices));
    const options = all.flatMap((each) => each.options.flatMap(({ long, short }) => [long, short]));
    const choices = all.flatMap((each) =>
      each.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    );
    const names = command.commands.map((each) => each.name());
    cases.push(
      `      ${name}) offered='${wordsOf([...names, ...new Set(options), '--help', ...choices])}' ;;`,
    );
  }
  const zsh = shell === 'zsh' ? 'autoload -Uz compinit bashcompinit && compinit && bashcompinit\n' : '';
  return `${zsh}_tsuiseki() {
  local current="\${COMP_WORDS[COMP_CWORD]}" offered=''
  if [ "$COMP_CWORD" -eq 1 ]; then
    offered='${wordsOf([...commands.keys(), '--help', '--version'])}'
  else
    case "\${COMP_WORDS[COMP_CWORD-1]}" in
${[...values].map(([option, words]) => `    ${option}) offered='${words}' ;;`).join('\n')}
    *) case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
      esac ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$offered" -- "$current"))
}
complete -o default -F _tsuiseki tsuiseki
`;
}

function wordsOf(words: readonly (string | null | undefined)[]): string {
  return words.filter((word) => word != null && WORD.test(word)).join(' ');
}
