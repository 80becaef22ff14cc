import { expect, expectTypeOf, it } from 'vitest';
import * as messages from '../../src/temporal/messages.ts';
import { QUEUE_OF_WORKFLOW } from '../../src/temporal/workflows.ts';
import type { Workflows } from '../../src/temporal/workflows.ts';
import type * as workflows from '../../workflows/index.ts';

it('the names promised to the outside are those of interface section 4', () => {
  const names = Object.fromEntries(
    Object.entries(messages).map(([key, { type, name }]) => [key, `${type} ${name}`]),
  );
  expect(names).toEqual({
    webhookReceived: 'signal webhookReceived',
    workbookSaved: 'signal workbookSaved',
    pause: 'update pause',
    resume: 'update resume',
    cancel: 'update cancel',
    retryRows: 'update retryRows',
    workbookChanged: 'update workbookChanged',
    progress: 'query progress',
  });
});

it('every workflow that is started by name is there, and takes and gives what its name says', () => {
  expectTypeOf<typeof workflows>().toExtend<Workflows>();
  expectTypeOf<keyof typeof workflows>().toEqualTypeOf<keyof Workflows>();
  expect(Object.keys(QUEUE_OF_WORKFLOW)).toHaveLength(14);
});
