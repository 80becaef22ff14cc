import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Certificates {
  /** The authority's certificate: what a client must trust. */
  ca: string;
  key: string;
  cert: string;
}

/** Makes an authority of its own and an RSA certificate for `hostName`, with the `openssl` binary. */
export async function makeCertificates(hostName: string): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-ca-'));
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, { cwd: folder });
  const rsa = ['-newkey', 'rsa:2048', '-nodes'];
  try {
    await openssl(
      'req',
      '-x509',
      ...rsa,
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-days',
      '2',
      '-subj',
      '/CN=Sandbox CA',
    );
    await openssl(
      'req',
      '-new',
      ...rsa,
      '-keyout',
      'host.key',
      '-out',
      'host.csr',
      '-subj',
      `/CN=${hostName}`,
    );
    await writeFile(
      join(folder, 'ext'),
      `subjectAltName=DNS:${hostName}\nkeyUsage=digitalSignature,keyEncipherment\n`,
    );
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'ext'];
    await openssl('x509', '-req', '-in', 'host.csr', ...signed, '-out', 'host.pem', '-days', '2');
    const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
    return { ca: await read('ca.pem'), key: await read('host.key'), cert: await read('host.pem') };
  } finally {
    await rm(folder, { recursive: true });
  }
}
