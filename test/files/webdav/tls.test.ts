import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:https';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { builtFile } from '../../../src/paths.ts';
import { expectFileError } from '../../support/files/local-folders.ts';
import { makeCertificates } from '../../support/certificates.ts';
import type { Certificates } from '../../support/certificates.ts';
import { closeRawServers, localFolder, rawServer } from '../../support/files/cloud.ts';

closeRawServers();
const local = localFolder();
const PATH = 'webdav:/a.xlsx';
const notThere: RequestListener = (_, response) => {
  response.writeHead(404).end();
};

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates('localhost');
});
const https = (listener: RequestListener): Server => createServer(certificates, listener);

/** What comes of stat in a process that knows the signer. */
async function statKnowingTheSigner(url: string): Promise<string> {
  await writeFile(local('ca.pem'), certificates.ca);
  const code = `
    const [module, url, path] = process.argv.slice(1);
    const { WebDavFiles } = await import(module);
    const files = new WebDavFiles({ url, username: 'bot', password: 'p' });
    await files.stat(path).catch((error) => console.log(error.code + ': ' + error.message));`;
  const module = pathToFileURL(builtFile('src/files/webdav/webdav-files.js')).href;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', code, '--', module, url, PATH],
    { env: { ...process.env, NODE_EXTRA_CA_CERTS: local('ca.pem') } },
  );
  return stdout.trim();
}

it('does not talk to a server whose certificate nobody known signed, and says what to set', async () => {
  const server = await rawServer(notThere, https);
  await expectFileError(
    server.files().stat(PATH),
    'FILE_TLS',
    `${PATH} cannot be reached: this machine does not know who signed the certificate of ${server.origin}; set NODE_EXTRA_CA_CERTS to the signer's, which is a proxy's where one intercepts TLS (SELF_SIGNED_CERT_IN_CHAIN)`,
  );
  expect(server.requests).toEqual([]);
  const known = server.url.replace('127.0.0.1', 'localhost');
  expect(await statKnowingTheSigner(known)).toBe(`FILE_NOT_FOUND: ${PATH} is not there`);
});

it('does not talk to a server whose certificate is for another host name', async () => {
  const server = await rawServer(notThere, https);
  expect(await statKnowingTheSigner(server.url)).toBe(
    `FILE_TLS: ${PATH} cannot be reached: the certificate of ${server.origin} is for another host name; check WEBDAV_URL (ERR_TLS_CERT_ALTNAME_INVALID)`,
  );
  expect(server.requests).toEqual([]);
});

it('tells where the other end speaks no TLS', async () => {
  const server = await rawServer(notThere);
  const origin = server.origin.replace('http:', 'https:');
  await expect(server.files({ url: `${origin}/` }).stat(PATH)).rejects.toMatchObject({
    code: 'FILE_TLS',
    message: expect.stringContaining(
      `${PATH} cannot be reached: no TLS connection to ${origin}; check WEBDAV_URL and any proxy on the way (`,
    ) as string,
  });
});
