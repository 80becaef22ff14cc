import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { sha256OfFile } from '../../src/files/sha256.ts';
import { testFolder } from '../support/workbook/folder.ts';

const { path } = testFolder();

// FIPS 180-2, appendix B.1 and B.3.
it.each([
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
])('the SHA-256 of a file is that of all its bytes', async (text, sha256) => {
  await writeFile(path('file'), text);
  expect(await sha256OfFile(path('file'))).toBe(sha256);
});
