import { findTemporalTestServer } from '../binaries/find.ts';
import type { BinaryOptions } from '../binaries/find.ts';

/** What `TestWorkflowEnvironment.createTimeSkipping` takes as `server`. */
export interface TimeSkippingServer {
  readonly executable: { readonly type: 'existing-path'; readonly path: string };
}

/**
 * The time-skipping test server, for `TestWorkflowEnvironment.createTimeSkipping({ server })`.
 *
 * @throws EmbeddedError as `findTemporalTestServer`.
 */
export async function timeSkippingServer(options: BinaryOptions): Promise<TimeSkippingServer> {
  const { path } = await findTemporalTestServer(options);
  return { executable: { type: 'existing-path', path } };
}
