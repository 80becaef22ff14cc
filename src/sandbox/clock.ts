import { performance } from 'node:perf_hooks';

/** Milliseconds since 1970, with decimals. */
export interface SandboxClock {
  nowMs(): number;
}

/** The performance clock anchored to the epoch: monotonic, so that gaps between calls are true. */
export const SYSTEM_CLOCK: SandboxClock = {
  nowMs: () => performance.timeOrigin + performance.now(),
};
