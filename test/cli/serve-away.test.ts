import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import { afterAll, expect, it } from 'vitest';
import { ended, workplace } from '../support/cli/workplace.ts';
import { closedPort } from '../support/servers.ts';

const SECRET = 'a secret of thirty-two characters';
const place = workplace();
afterAll(() => place.remove());

it('people can save while neither database nor Temporal can be reached', async () => {
  const forwarded: string[] = [];
  const nextcloud = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => forwarded.push(text));
    request.on('end', () => response.end('{"error":0}'));
  });
  await new Promise<void>((resolve) => nextcloud.listen(0, '127.0.0.1', resolve));
  const [httpPort, nobody] = [await closedPort(), await closedPort()];
  const serve = place.spawn(['serve'], {
    HTTP_PORT: String(httpPort),
    DATABASE_URL: `postgres://nobody@127.0.0.1:${nobody}/none`,
    TEMPORAL_ADDRESS: `127.0.0.1:${nobody}`,
    WEBHOOK_TOKEN: 'hook',
    ONLYOFFICE_JWT_SECRET: SECRET,
    ONLYOFFICE_CALLBACK_URL: `http://127.0.0.1:${(nextcloud.address() as AddressInfo).port}/track`,
    NEXTCLOUD_WEBHOOK_TOKEN: 'cloud',
  });
  const end = ended(serve);
  await new Promise<void>((resolve) => {
    serve.stdout?.on('data', (chunk) => String(chunk).includes('listening') && resolve());
    serve.stderr?.on('data', (chunk) => String(chunk).includes('listening') && resolve());
    void end.then(() => resolve());
  });
  const http = `http://127.0.0.1:${httpPort}`;
  try {
    const callback = { status: 2, key: 'k1', url: 'http://document.example/file', users: ['mika'] };
    const token = await new SignJWT({ payload: callback })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('5m')
      .sign(new TextEncoder().encode(SECRET));
    const answer = await fetch(`${http}/webhooks/onlyoffice?path=/official_website_tracking/OWT-1.xlsx`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(callback),
    });
    expect([answer.status, await answer.json()]).toEqual([200, { error: 0 }]);
    expect(forwarded.join('')).toBe(JSON.stringify(callback));

    const told = await fetch(`${http}/webhooks/nextcloud`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-nextcloud-webhook-token': 'cloud' },
      body: JSON.stringify({
        event: 'file_changed',
        path: '/official_website_tracking/OWT-1.xlsx',
        user: 'mika',
      }),
    });
    expect(told.status).toBe(503);
  } finally {
    serve.kill('SIGTERM');
    await end;
    await new Promise((resolve) => nextcloud.close(resolve));
  }
});
