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

type Openssl = (...args: string[]) => Promise<unknown>;

/** Works in a folder of its own with the `openssl` binary; gives what `make` read of it. */
async function inFolder<T>(
  make: (openssl: Openssl, folder: string, read: (name: string) => Promise<string>) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-ca-'));
  try {
    return await make(
      (...args) => run('openssl', args, { cwd: folder }),
      folder,
      (name) => readFile(join(folder, name), 'utf8'),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

const newKey = (bits: number, name: string): string[] => [
  '-newkey',
  `rsa:${bits}`,
  '-nodes',
  '-keyout',
  `${name}.key`,
];
const signedBy = (name: string): string[] => [
  '-CA',
  `${name}.pem`,
  '-CAkey',
  `${name}.key`,
  '-CAcreateserial',
];

/** Makes an authority of its own and an RSA certificate for `hostName`. */
export async function makeCertificates(hostName: string): Promise<Certificates> {
  return inFolder(async (openssl, folder, read) => {
    const authority = [...newKey(2_048, 'ca'), '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Sandbox CA'];
    await openssl('req', '-x509', ...authority);
    await openssl('req', '-new', ...newKey(2_048, 'host'), '-out', 'host.csr', '-subj', `/CN=${hostName}`);
    await writeFile(
      join(folder, 'ext'),
      `subjectAltName=DNS:${hostName}\nkeyUsage=digitalSignature,keyEncipherment\n`,
    );
    const signed = [...signedBy('ca'), '-extfile', 'ext', '-out', 'host.pem', '-days', '2'];
    await openssl('x509', '-req', '-in', 'host.csr', ...signed);
    return { ca: await read('ca.pem'), key: await read('host.key'), cert: await read('host.pem') };
  });
}

/** What a proxy that intercepts TLS shows: a certificate for `localhost`, and its signer, which is signed by `ca`. */
export async function makeProxyCertificates(): Promise<Certificates> {
  return inFolder(async (openssl, folder, read) => {
    const root = [...newKey(2_048, 'root'), '-out', 'root.pem', '-days', '2', '-subj', '/CN=Company CA'];
    await openssl('req', '-x509', ...root);
    await openssl('req', '-new', ...newKey(2_048, 'proxy'), '-out', 'proxy.csr', '-subj', '/CN=Proxy CA');
    await openssl('req', '-new', ...newKey(2_048, 'host'), '-out', 'host.csr', '-subj', '/CN=localhost');
    await writeFile(join(folder, 'ca.ext'), 'basicConstraints=critical,CA:TRUE\n');
    await writeFile(join(folder, 'host.ext'), 'subjectAltName=DNS:localhost\n');
    const asProxy = [...signedBy('root'), '-extfile', 'ca.ext', '-days', '2', '-out', 'proxy.pem'];
    await openssl('x509', '-req', '-in', 'proxy.csr', ...asProxy);
    const asHost = [...signedBy('proxy'), '-extfile', 'host.ext', '-days', '2', '-out', 'host.pem'];
    await openssl('x509', '-req', '-in', 'host.csr', ...asHost);
    const [cert, signer] = [await read('host.pem'), await read('proxy.pem')];
    return { ca: await read('root.pem'), key: await read('host.key'), cert: cert + signer };
  });
}

const CA_CONFIG = `[ca]
default_ca=it
[it]
database=index.txt
rand_serial=yes
new_certs_dir=.
default_md=sha256
policy=any
[any]
commonName=supplied
`;

/** A certificate for `localhost` that nobody but itself signed. */
export async function makeSelfSigned(
  { from, until, bits }: { from: string; until: string; bits: number } = {
    from: '20200101000000Z',
    until: '20900101000000Z',
    bits: 2_048,
  },
): Promise<Omit<Certificates, 'ca'>> {
  return inFolder(async (openssl, folder, read) => {
    await openssl('req', '-new', ...newKey(bits, 'host'), '-out', 'host.csr', '-subj', '/CN=localhost');
    await writeFile(join(folder, 'ca.conf'), CA_CONFIG);
    await writeFile(join(folder, 'index.txt'), '');
    const times = ['-startdate', from, '-enddate', until];
    const signed = ['-selfsign', '-keyfile', 'host.key', '-in', 'host.csr', '-notext', '-out', 'host.pem'];
    await openssl('ca', '-config', 'ca.conf', '-batch', ...times, ...signed);
    return { key: await read('host.key'), cert: await read('host.pem') };
  });
}
