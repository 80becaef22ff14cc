import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { familyOf, freeze, kill } from '../../chaos/processes.ts';

it('a stopped family stands still until it is thawed', async () => {
  // A parent that only waits, and a child that answers.
  const parent = spawn('/bin/sh', ['-c', 'cat; true'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const victim = { name: 'cat', pid: parent.pid ?? 0 };
  parent.stdin.write('before');
  await once(parent.stdout, 'data');
  expect(familyOf(victim.pid)).toHaveLength(2);
  const frozen = freeze(victim);
  await frozen.stopped;
  let answered = false;
  parent.stdout.once('data', () => (answered = true));
  parent.stdin.write('while it is stopped');
  // Longer than a process that runs ever took: `ps` is a whole process of its own.
  familyOf(victim.pid);
  expect(answered).toBe(false);
  frozen.thaw();
  if (!answered) await once(parent.stdout, 'data');
  parent.stdin.end();
  await once(parent, 'exit');
});

it('a kill tells whether there was anybody to kill', async () => {
  const child = spawn('/bin/sh', ['-c', 'read _'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const victim = { name: 'sh', pid: child.pid ?? 0 };
  const ended = once(child, 'exit');
  expect(kill(victim)).toBe(true);
  expect((await ended)[1]).toBe('SIGKILL');
  expect(kill(victim)).toBe(false);
});
