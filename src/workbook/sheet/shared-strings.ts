import { forEachToken } from '../xml/elements.ts';
import { decodeCellText, unescapeCharacters } from '../xml/xml-text.ts';

/** Element names, packed as XmlTokenizer.shortName packs them. */
const NAME_T = 0x74;
const NAME_SI = 0x7369;
const NAME_RPH = 0x725068;

/**
 * Streams the shared strings (ECMA-376 part 1, 18.4.9) past `keep`, in the order of their index: nothing else is held
 * in memory. Rich text comes as one text; phonetic runs (furigana) are no part of it.
 *
 * @param wanted asked first for each index, so that texts nobody needs are never decoded
 * @throws {XmlProblem}
 */
export async function scanSharedStrings(
  chunks: AsyncIterable<Buffer>,
  wanted: (index: number) => boolean,
  keep: (index: number, text: string) => void,
): Promise<void> {
  let index = -1;
  let text = '';
  let inItem = false;
  let needed = false;
  let inText = false;
  let phonetic = false;
  await forEachToken(chunks, (token, xml) => {
    switch (token) {
      case 'open': {
        const name = xml.shortName;
        if (name === NAME_SI) {
          index++;
          text = '';
          inItem = true;
          needed = wanted(index);
        } else if (name === NAME_RPH) {
          phonetic = true;
        } else if (name === NAME_T) {
          inText = inItem && needed && !phonetic;
          xml.wantsText = inText;
        }
        return;
      }
      case 'empty':
        if (xml.shortName === NAME_SI && wanted(++index)) keep(index, '');
        return;
      case 'close': {
        inText = false;
        xml.wantsText = false;
        const name = xml.shortName;
        if (name === NAME_RPH) {
          phonetic = false;
        } else if (name === NAME_SI) {
          inItem = false;
          if (needed) keep(index, text);
        }
        return;
      }
      case 'text':
        if (inText) text += decodeCellText(xml.bytes, xml.start, xml.end);
        return;
      case 'cdata':
        if (inText) text += unescapeCharacters(xml.bytes.toString('utf8', xml.valueStart, xml.valueEnd));
        return;
      default:
    }
  });
}
