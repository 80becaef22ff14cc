import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFolderActivities } from '../../activities/folders.ts';
import { testDatabase } from '../support/db/test-database.ts';
import type { TestDatabase } from '../support/db/test-database.ts';
import { closeRawServers, multistatus, rawServer } from '../support/files/cloud.ts';

const ROOT = '/dav/files/bot/';
const FOLDER = '<d:resourcetype><d:collection/></d:resourcetype><d:getetag>"1"</d:getetag>';
const NO_TEMPORAL = {} as Client;

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());
closeRawServers();

it('mended: each try of the daily walk began at the root, so that late folders came after its half hour', async () => {
  let attempt = new MockActivityEnvironment();
  let cutOffAt = `${ROOT}c`;
  const names = ['a', 'b', 'c', 'd'];
  let listed: string[] = [];
  const server = await rawServer(({ url = '' }, response) => {
    listed.push(url.slice(ROOT.length));
    if (url === cutOffAt) attempt.cancel('TIMED_OUT');
    const children = names.map((name): [string, string] => [`${ROOT}${name}/`, FOLDER]);
    response.writeHead(207).end(multistatus([url, FOLDER], ...(url === ROOT ? children : [])));
  });
  const webdav = server.files();
  const { walkFolders } = createFolderActivities({ database: test.database, client: NO_TEMPORAL, webdav });
  const walk = async () => {
    attempt = new MockActivityEnvironment();
    listed = [];
    await attempt.run(walkFolders).catch(() => listed.push('cut off'));
    return listed;
  };
  expect(await walk()).toEqual(['', 'a', 'b', 'c', 'cut off']);
  cutOffAt = '';
  expect(await walk()).toEqual(['', 'd']);
  expect(await walk()).toEqual(['', ...names]);
});
