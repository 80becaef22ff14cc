import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** SHA-256 of a file on this machine, in hex. */
export async function sha256OfFile(path: string): Promise<string> {
  // In large pieces: binaries have a hundred megabytes.
  return sha256Of(createReadStream(path, { highWaterMark: 1 << 20 }));
}

/** SHA-256 of a file's content as it comes, in hex. */
export async function sha256Of(chunks: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
