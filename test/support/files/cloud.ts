import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { WebDavFiles } from '../../../src/files/webdav/webdav-files.ts';
import type { WebDavOptions } from '../../../src/files/webdav/client.ts';
import { startSabreDav } from './sabre-dav.ts';
import type { SabreDav } from './sabre-dav.ts';

/** A folder for local copies, new for each test. */
export function localFolder(): (name: string) => string {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tsuiseki-copies-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}

export interface Cloud {
  dav: () => SabreDav;
  files: () => WebDavFiles;
  /** What stands in a file of the server's disk. */
  stored: (name: string) => Promise<string>;
  /** Writes a file on the server's disk, as someone else's save. */
  save: (name: string, content: string) => Promise<void>;
}

/** A sabre/dav for all tests of a file; its folder is emptied, and its faults cleared, after each. */
export function cloud(): Cloud {
  let dav: SabreDav | null = null;
  const running = (): SabreDav => {
    if (dav === null) throw new Error('sabre/dav does not run');
    return dav;
  };
  beforeAll(async () => {
    dav = await startSabreDav();
  });
  afterEach(() => running().reset());
  afterAll(() => dav?.close());
  return {
    dav: running,
    files: () => new WebDavFiles(running()),
    stored: (name) => readFile(join(running().folder, name), 'utf8'),
    save: (name, content) => writeFile(join(running().folder, name), content),
  };
}

/** A server of a test's own, for what sabre/dav cannot be made to do; gone after the test. */
export interface RawServer {
  url: string;
  origin: string;
  requests: IncomingMessage[];
  files: (options?: Partial<WebDavOptions>) => WebDavFiles;
}

const servers: Server[] = [];

/** To be called once a test file. */
export function closeRawServers(): void {
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    }
  });
}

/** `make`: another kind of server, e.g. one of https. */
export async function rawServer(
  handle: RequestListener,
  make: (listener: RequestListener) => Server = createServer,
): Promise<RawServer> {
  const requests: IncomingMessage[] = [];
  const server = make((request, response) => {
    requests.push(request);
    handle(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const scheme = make === createServer ? 'http' : 'https';
  const origin = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `${origin}/dav/files/bot/`;
  const login = { url, username: 'bot', password: 'app-password' };
  return { url, origin, requests, files: (options) => new WebDavFiles({ ...login, ...options }) };
}

/** A multistatus with one entry of these properties. */
export function multistatus(...entries: [href: string, properties: string][]): string {
  const responses = entries.map(
    ([href, properties]) =>
      `<d:response><d:href>${href}</d:href><d:propstat><d:prop>${properties}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`,
  );
  return `<d:multistatus xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns">${responses.join('')}</d:multistatus>`;
}

export const PATH = 'webdav:/a.xlsx';
/** Answers everything with this status. */
export const status =
  (code: number, headers: Record<string, string> = {}): RequestListener =>
  (_, response) => {
    response.writeHead(code, headers).end('<html>');
  };
/** Answers questions with one entry of these properties, and GET with `get`. */
export const fileOf =
  (properties: string, get: RequestListener): RequestListener =>
  (request, response) => {
    if (request.method === 'GET') get(request, response);
    else response.writeHead(207).end(multistatus(['/dav/files/bot/a.xlsx', properties]));
  };
