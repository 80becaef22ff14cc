import { resolve } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { timeSkippingServer } from '../../../src/embedded/temporal/test-server.ts';

/** `temporal.api.enums.v1.IndexedValueType`. */
const [KEYWORD, INT] = [2, 3];

/** A time-skipping server that knows our search attributes. */
export async function startWorkflowServer(): Promise<TestWorkflowEnvironment> {
  const server = await timeSkippingServer({ env: process.env, dataDir: resolve('.tsuiseki-test') });
  const env = await TestWorkflowEnvironment.createTimeSkipping({ server });
  await env.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: {
      TsuisekiTask: KEYWORD,
      TsuisekiWorkbook: KEYWORD,
      TsuisekiState: KEYWORD,
      TsuisekiWaits: KEYWORD,
      TsuisekiFailedRows: INT,
      TsuisekiDoneRows: INT,
    },
  });
  return env;
}
