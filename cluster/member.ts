import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { serverEnvironment, startFailure, startServerProcess } from '../src/embedded/server-process.ts';
import type { ServerProcess } from '../src/embedded/server-process.ts';
import { EmbeddedError } from '../src/embedded/errors.ts';
import type { StopSignals } from '../src/embedded/server-record.ts';
import { staticConfig } from './static-config.ts';
import type { StaticConfigOptions } from './static-config.ts';

export interface MemberOptions extends StaticConfigOptions {
  /** Such as `history-2`. */
  name: string;
  program: string;
  env: NodeJS.ProcessEnv;
  /** Its configuration lies there. */
  folder: string;
  logFile: string;
  onExit: () => void;
}

/** A member that starts looks for the others first, up to 30 s; a machine may be very busy. */
const READY_TIMEOUT_MS = 90_000;
const POLL_MS = 100;
/** Nothing is to be kept, so nothing need be drained. */
const STOP_SIGNALS: StopSignals = [['SIGKILL', 5_000]];

/** Starts one member and returns when it takes calls. It does not outlive this process. */
export async function startMember(options: MemberOptions): Promise<ServerProcess> {
  const { name, folder, service, logFile, ports, onExit } = options;
  const file = join(folder, `${name}.yaml`);
  // It has the database's password in it.
  writeFileSync(file, staticConfig(options), { mode: 0o600 });
  let ready = false;
  const member = await startServerProcess({
    name: `Temporal's ${name}`,
    file: options.program,
    args: ['--config-file', file, '--allow-no-auth', 'start', '--service', service],
    env: serverEnvironment(options.env),
    cwd: folder,
    logFile,
    recordFile: join(folder, `${name}.json`),
    stopSignals: STOP_SIGNALS,
    onExit: () => {
      if (ready) onExit();
    },
  });
  try {
    await takesCalls(member, ports.grpc, options);
  } catch (error) {
    await member.stop();
    throw error;
  }
  ready = true;
  return member;
}

async function takesCalls(
  member: ServerProcess,
  port: number,
  { name, logFile }: MemberOptions,
): Promise<void> {
  const untilMs = Date.now() + READY_TIMEOUT_MS;
  while (!(await isListening(port))) {
    if (member.exit !== undefined) throw startFailure(`Temporal's ${name}`, member.exit, logFile);
    if (Date.now() > untilMs)
      throw new EmbeddedError('START_TIMEOUT', `Temporal's ${name} took no calls in time; log: ${logFile}`);
    await delay(POLL_MS);
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
