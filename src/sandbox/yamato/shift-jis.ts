let table: Map<string, number> | null = null;

/** Node decodes Shift_JIS and does not encode it: the table is the decoder's, turned round. */
function encodingTable(): Map<string, number> {
  if (table !== null) return table;
  const decoder = new TextDecoder('shift_jis');
  table = new Map();
  for (let lead = 0x81; lead <= 0xfc; lead++) {
    if (lead > 0x9f && lead < 0xe0) continue;
    for (let trail = 0x40; trail <= 0xfc; trail++) {
      const text = decoder.decode(Uint8Array.of(lead, trail));
      if (text.length === 1 && text !== '\uFFFD' && !table.has(text)) table.set(text, lead * 256 + trail);
    }
  }
  return table;
}

/** HTML as Shift_JIS bytes; what that has no code for, as the ▶ of the page, becomes a character reference. */
export function toShiftJis(text: string): Buffer {
  const codes = encodingTable();
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const pair = codes.get(character);
    if (code < 0x80) bytes.push(code);
    else if (pair === undefined) bytes.push(...Buffer.from(`&#${code};`));
    else bytes.push(pair >> 8, pair & 0xff);
  }
  return Buffer.from(bytes);
}
