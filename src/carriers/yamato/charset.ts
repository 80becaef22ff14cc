import { YamatoError } from './yamato-error.ts';

const IN_HEADER = /charset\s*=\s*["']?([^\s"';]+)/i;
const IN_PAGE = /<meta\s[^>]*charset\s*=\s*["']?([^\s"';/>]+)/i;
/** Where browsers look for the declaration (HTML standard, "prescan a byte stream"). */
const PRESCAN_BYTES = 1024;

/**
 * A page's text by the charset that its header declares, else the page itself, else UTF-8.
 *
 * @throws {YamatoError} `YAMATO_UNREADABLE` for a charset that does not exist
 */
export function decodePage(body: Uint8Array, contentType: string | undefined): string {
  const head = Buffer.from(body.subarray(0, PRESCAN_BYTES)).toString('latin1');
  const charset = (IN_HEADER.exec(contentType ?? '') ?? IN_PAGE.exec(head))?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(body);
  } catch (cause) {
    throw new YamatoError(
      'YAMATO_UNREADABLE',
      `Yamato's page declares the charset "${charset.slice(0, 40)}", which is unknown: look at the kept page`,
      { cause, page: Buffer.from(body).toString('latin1') },
    );
  }
}
