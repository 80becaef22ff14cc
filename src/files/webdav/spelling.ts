import type { WebDavClient } from './client.ts';
import { pathOfHref, WEBDAV_PREFIX } from './path.ts';
import { listFolder } from './properties.ts';

/** A name of these alone is spelled in one way only. */
const ASCII = /^[ -~]*$/;

/**
 * How the server itself spells a path of which only what people see is known: Macs store decomposed characters (NFD),
 * and a name with any may be listed as it was stored. Of several names that look the same the very one counts, else none.
 * Null: none, or several.
 *
 * @throws {FileError} a folder on the way cannot be listed
 */
export async function asListed(client: WebDavClient, path: string): Promise<string | null> {
  let found = WEBDAV_PREFIX;
  for (const name of path.slice(WEBDAV_PREFIX.length + 1).split('/')) {
    const listed = ASCII.test(name) ? name : await listedName(client, { folder: found, name, path });
    if (listed === null) return null;
    found = `${found}/${listed}`;
  }
  return found;
}

async function listedName(
  client: WebDavClient,
  { folder, name, path }: { folder: string; name: string; path: string },
): Promise<string | null> {
  const entries = await listFolder(client, folder, path);
  const names = entries.flatMap(({ href }) => {
    const listed = pathOfHref(client.root, href);
    return listed === null ? [] : [listed.slice(listed.lastIndexOf('/') + 1)];
  });
  const alike = names.filter((each) => each.normalize('NFC') === name.normalize('NFC'));
  if (alike.includes(name)) return name;
  return alike.length === 1 ? (alike[0] ?? null) : null;
}
