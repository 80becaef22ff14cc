import { describe, expect, it } from 'vitest';

import { decodeCellText, decodeXml, encodeCellText } from '../../src/xml/xml-text.ts';
import { XmlTokenizer } from '../../src/xml/xml-tokenizer.ts';
import { XmlProblem } from '../../src/xml/xml-problem.ts';

/** All tokens of a document that comes in chunks of a given size, as readable lines. */
function tokens(document: string | Buffer, chunkSize = 4096): string[] {
  const bytes = Buffer.from(document as string);
  const xml = new XmlTokenizer();
  xml.wantsText = true;
  const seen: string[] = [];
  const take = (): boolean => {
    const token = xml.next();
    if (token === 'more' || token === 'end') return false;
    if (token === 'text') seen.push(`text ${decodeXml(xml.bytes, xml.start, xml.end)}`);
    else if (token === 'cdata')
      seen.push(`cdata ${xml.bytes.toString('utf8', xml.valueStart, xml.valueEnd)}`);
    else {
      let line = `${token} ${xml.prefix}${xml.name} @${bytes.toString('utf8', xml.offset + xml.start, xml.offset + xml.start + 3)}`;
      while (token !== 'close' && xml.nextAttribute()) {
        line += ` ${xml.attributeName}=${decodeXml(xml.bytes, xml.valueStart, xml.valueEnd)}`;
      }
      seen.push(line);
    }
    return true;
  };
  for (let at = 0; at < bytes.length; at += chunkSize) {
    xml.push(bytes.subarray(at, at + chunkSize));
    while (take());
  }
  xml.finish();
  while (take());
  return seen;
}

const DOCUMENT = `\uFEFF<?xml version="1.0" encoding='utf-8'?>
<!-- <c> -- not a tag -->
<x:sheet xmlns:x="urn:x" r:id='a"b>c' other = "1 &lt; 2" ><row r="1"/><t xml:space="preserve"> 荷物 &amp; &#x8377;&#29289; </t>
<![CDATA[<c>&amp;]]><?pi <c> ?><v></v></x:sheet>
`;

describe('XmlTokenizer', () => {
  it('tells tags, attributes, text and CDATA apart, and passes over the rest', () => {
    const seen = tokens(DOCUMENT);
    expect(seen.filter((line) => !/^text \s*$/.test(line))).toEqual([
      'open x:sheet @<x: x=urn:x id=a"b>c other=1 < 2',
      'empty row @<ro r=1',
      'open t @<t  space=preserve',
      'text  荷物 & 荷物 ',
      'close t @</t',
      'cdata <c>&amp;',
      'open v @<v>',
      'close v @</v',
      'close x:sheet @</x',
    ]);
  });

  it('sees the same however the document is cut', () => {
    const whole = tokens(DOCUMENT);
    for (let size = 1; size < 40; size++) expect(tokens(DOCUMENT, size)).toEqual(whole);
  });

  it.each([
    ['a document type', '<!DOCTYPE a [<!ENTITY x "y">]><a/>', 'document type'],
    ['an entity of its own', '<a>&x;</a>', 'entity "&x;"'],
    ['a character reference too large', '<a>&#x110000;</a>', 'entity'],
    ['UTF-16', Buffer.from('\uFEFF<a/>', 'utf16le'), 'UTF-16'],
    ['another encoding', '<?xml version="1.0" encoding="Shift_JIS"?><a/>', 'Shift_JIS'],
    ['a tag without an end', '<a><b', 'ends in the middle'],
    ['a tag beyond any sense', `<a b="${'x'.repeat(3 * 1024 * 1024)}`, 'longer than 1 MB'],
    ['an attribute without a value', '<a b></a>', 'no value'],
  ])('refuses %s', (_, document, message) => {
    expect(() => tokens(document)).toThrow(XmlProblem);
    expect(() => tokens(document)).toThrow(message);
  });
});

describe('cell text', () => {
  const roundTrip = (text: string): string => {
    const bytes = Buffer.from(encodeCellText(text));
    return decodeCellText(bytes, 0, bytes.length);
  };

  it.each([
    '配達完了｜｜｜12月19日',
    'a & b < c > "d"',
    ' x\n\ty ',
    '_x000D_',
    '\u0001\uFFFE',
    '𠮟る',
    '__x0041_',
    '',
  ])('comes back as it was written: %j', (text) => expect(roundTrip(text)).toBe(text));

  it('comes back with LF for every line break', () => {
    expect(roundTrip(' x\r\n\ty\r ')).toBe(' x\n\ty\n ');
  });

  it('writes escapes as Excel does, and no lone surrogate', () => {
    expect(encodeCellText('a\rb')).toBe('a_x000D_b');
    expect(encodeCellText('_x0041_')).toBe('_x005F_x0041_');
    expect(encodeCellText('\uD842')).toBe('\uFFFD');
  });
});
