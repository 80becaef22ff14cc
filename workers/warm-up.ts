import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createWebScraperClient } from '../src/webscraper/client.ts';

/** So many calls, and the next is as fast as any. */
const CALLS = 5;

/**
 * A process's first call takes 30 to 50 ms longer than its next, which would make the publish after it too early by
 * as much. A publish worker makes its first calls to itself.
 */
export async function warmUp(): Promise<void> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.end('{"success":true,"data":{"id":1}}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = createWebScraperClient({ baseUrl: `http://127.0.0.1:${port}`, token: 'warm-up' });
  try {
    for (let call = 0; call < CALLS; call += 1)
      await client.publish({ sitemapId: 1, startUrls: ['http://127.0.0.1/'], customId: 'warm-up' });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
