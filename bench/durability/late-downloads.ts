import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cleanup } from '../cleanup.ts';

/** An HTTP proxy before the API whose downloads are so late; everything else passes at once. Gives its URL. */
export async function lateDownloads(apiUrl: string, lateMs: number, cleanup: Cleanup): Promise<string> {
  const target = new URL(apiUrl);
  const server = createServer((asked, reply) => {
    const pass = () => {
      const { method, headers, url: path } = asked;
      const call = request({ host: target.hostname, port: target.port, method, headers, path }, (answer) => {
        reply.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(reply);
      });
      call.on('error', () => reply.destroy());
      asked.pipe(call);
    };
    if (asked.url?.includes('/csv') === true) setTimeout(pass, lateMs);
    else pass();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup.add('the proxy before the API', async () => {
    server.close();
    server.closeAllConnections();
  });
  const own = new URL(target);
  own.port = String((server.address() as AddressInfo).port);
  return own.href;
}
