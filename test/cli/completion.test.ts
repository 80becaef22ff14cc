import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { runHere } from '../support/cli/run-here.ts';

const script = async (shell: string) => (await runHere(['completion', shell])).out;

/** What bash offers behind these words, of which the last is being typed. */
async function offered(...words: string[]): Promise<string[]> {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const call = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _tsuiseki; printf '%s\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['-c', `${await script('bash')}\n${call}`], { encoding: 'utf8' });
  return out.split('\n').filter((word) => word !== '');
}

it('bash completes commands, options, tasks and shells', async () => {
  expect(await offered('tsuiseki', '')).toEqual([...COMMANDS.keys(), '--help', '--version']);
  expect(await offered('tsuiseki', 'sta')).toEqual(['start', 'status']);
  expect(await offered('tsuiseki', 'start', 'a.xlsx', '--dry')).toEqual(['--dry-run']);
  expect(await offered('tsuiseki', 'start', '--task', 'yamato_tracking_1')).toEqual(['yamato_tracking_10']);
  expect(await offered('tsuiseki', 'list', '--state', 'c')).toEqual(['completed', 'cancelled']);
  expect(await offered('tsuiseki', 'list', '--waits', 'l')).toEqual(['lock']);
  expect(await offered('tsuiseki', 'completion', 'z')).toEqual(['zsh']);
  expect(await offered('tsuiseki', 'texts', 'se')).toEqual(['set']);
  expect(await offered('tsuiseki', 'texts', 'set', '謎', 'out')).toEqual(['out_for_delivery']);
  expect(await offered('tsuiseki', 'retry', 'owt-1', '--dr')).toEqual(['--dry-run']);
});

it('where no word of ours fits, files are completed', async () => {
  expect(await offered('tsuiseki', 'start', './OWT')).toEqual([]);
  expect(await script('bash')).toContain('complete -o default ');
});

it('zsh takes the same through its bashcompinit', async () => {
  expect(await script('zsh')).toBe(
    `autoload -Uz compinit bashcompinit && compinit && bashcompinit\n${await script('bash')}`,
  );
});

it('another shell is refused in one line', async () => {
  const { status, out, err } = await runHere(['completion', 'fish']);
  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).toMatch(/^error: .*bash, zsh.*\n$/);
});
