import { expect, it } from 'vitest';
import { logFieldsOf } from '../../workers/log-fields.ts';

it('a line of the SDK has our names, and not its task token, by which anybody could answer', () => {
  const meta = { taskToken: 'CiQ3', workflowId: 'w', workflowRunId: 'r', activityType: 'publishJob' };
  expect(logFieldsOf(meta)).toEqual({ workflowId: 'w', runId: 'r', activityType: 'publishJob' });
});
