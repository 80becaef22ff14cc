import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { multistatus, rawServer } from './cloud.ts';

interface Asked {
  method: string;
  /** Below the root, decoded as it came: '' is the root. */
  path: string;
}

interface Answer {
  status: number;
  headers?: Record<string, string>;
}

const ROOT = '/dav/files/bot/';
const etagOf = (content: Buffer) => `"${createHash('sha256').update(content).digest('hex').slice(0, 16)}"`;

/**
 * A WebDAV server in memory that keeps names as they are, and answers as a test says. To be called in a test that has
 * called closeRawServers for its file.
 */
export async function fakeCloud() {
  const cloud = {
    /** By path below the root; the folders are those in the paths. */
    files: new Map<string, Buffer>(),
    /** Folders that Nextcloud's clients encrypt; nothing is told of them but in the folder above. */
    encrypted: new Set<string>(),
    requests: [] as Asked[],
    /** Instead of a good answer; null: that. */
    refuse: (_asked: Asked): Answer | null => null,
    /** What a PUT is answered (0: nothing) once its body is there, and whether that is stored; null: well. */
    onPut: (_path: string, _body: Buffer): (Answer & { stores: boolean }) | null => null,
  };

  function entryOf(path: string): [href: string, properties: string] | null {
    const href = ROOT + path.split('/').map(encodeURIComponent).join('/');
    const content = cloud.files.get(path);
    if (content !== undefined)
      return [
        href,
        `<d:resourcetype/><d:getetag>${etagOf(content)}</d:getetag><d:getcontentlength>${content.length}</d:getcontentlength>`,
      ];
    const isFolder = path === '' || [...cloud.files.keys()].some((name) => name.startsWith(`${path}/`));
    const flag = cloud.encrypted.has(path) ? 1 : 0;
    const properties = `<d:resourcetype><d:collection/></d:resourcetype><d:getetag>"f"</d:getetag><nc:is-encrypted>${flag}</nc:is-encrypted>`;
    return isFolder ? [href, properties] : null;
  }

  function childrenOf(path: string): string[] {
    const above = path === '' ? '' : `${path}/`;
    const below = [...cloud.files.keys()].filter((name) => name.startsWith(above));
    return [...new Set(below.map((name) => above + (name.slice(above.length).split('/')[0] ?? '')))];
  }

  function propfind(path: string, depth: string | undefined): Answer & { body?: string } {
    const self = entryOf(path);
    if (self === null) return { status: 404 };
    if (cloud.encrypted.has(path)) return { status: 403 };
    const children = depth === '1' && !cloud.files.has(path) ? childrenOf(path).map(entryOf) : [];
    return { status: 207, body: multistatus(self, ...children.filter((entry) => entry !== null)) };
  }

  const server = await rawServer((request, response) => {
    void (async () => {
      const body = await buffer(request);
      const path = decodeURIComponent((request.url ?? '').slice(ROOT.length).replace(/\/$/, ''));
      const method = request.method ?? '';
      cloud.requests.push({ method, path });
      const refused = cloud.refuse({ method, path });
      const content = cloud.files.get(path);
      const end = ({ status, headers }: Answer, text: string | Buffer = '') =>
        response.writeHead(status, headers).end(text);
      if (refused !== null) return end(refused);
      if (method === 'PROPFIND') {
        const { body: text, ...answer } = propfind(path, request.headers['depth'] as string | undefined);
        return end(answer, text);
      }
      if (content === undefined) return end({ status: 404 });
      if (method === 'GET')
        return end(
          { status: 200, headers: { etag: etagOf(content), 'content-length': String(content.length) } },
          content,
        );
      if (request.headers['if-match'] !== etagOf(content)) return end({ status: 412 });
      const odd = cloud.onPut(path, body);
      if (odd?.stores !== false) cloud.files.set(path, body);
      if (odd?.status === 0) return response.destroy();
      return end(odd ?? { status: 204, headers: { etag: etagOf(body) } });
    })();
  });
  const { url, origin } = server;
  const login = { url, username: 'bot', password: 'app-password' };
  const asked = (method: string) => cloud.requests.filter((each) => each.method === method).length;
  return Object.assign(cloud, { login, origin, asked });
}
