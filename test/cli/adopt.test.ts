import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { workplace } from '../support/cli/workplace.ts';

const place = workplace();
afterAll(() => place.remove());

const HEADER = 'custom_id,scrapingjob_id,task,workbook,a,b';

it.each<[string, string | null, number, RegExp]>([
  ['that is not there', null, 1, /none\.csv: no such file, or it may not be read$/],
  ['that is empty', '', 1, /^jobs\.csv is empty$/],
  ['of another header', 'a,b\n1,2\n', 1, /^jobs\.csv: line 1: the header names no custom_id, /],
  [
    'with a malformed id',
    `${HEADER}\nc,x,official_website_tracking,,W1,\n`,
    1,
    /^line 2: scrapingjob_id "x"/,
  ],
  ['with an unknown task', `${HEADER}\nc,1,bogus,,W1,\n`, 2, /^line 2: unknown task "bogus": one of /],
])('a file %s is one line, whether a system runs or not', async (_, content, exitCode, told) => {
  const path = join(place.folder, content === null ? 'none.csv' : 'jobs.csv');
  if (content !== null) writeFileSync(path, content);
  const { code, out, err } = await place.run(['adopt', path, '--json']);
  expect({ code, out }).toEqual({ code: exitCode, out: '' });
  expect(err.trim()).toMatch(told);
  expect(err).toMatch(/^[^\n]+\n$/);
});
