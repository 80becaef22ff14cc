import { createServer } from 'node:https';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { YamatoTlsOptions } from '../options.ts';

/**
 * RSA key exchange only, as Yamato's server is known for: Node's default list still speaks these, a list narrowed to
 * forward secrecy does not.
 */
const RSA_CIPHERS = 'AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:AES128-SHA';

export interface TlsServer {
  port: number;
  close(): Promise<void>;
}

/** Serves `listener` over TLS 1.2. Rejects when the key, certificate or port cannot be used. */
export async function listenTls(
  { key, cert, ciphers = RSA_CIPHERS, port = 0 }: YamatoTlsOptions,
  host: string,
  listener: RequestListener,
): Promise<TlsServer> {
  const server = createServer(
    { key, cert, ciphers, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', honorCipherOrder: true },
    listener,
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
