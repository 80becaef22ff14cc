/** Parts of a workbook, unzipped, by name. */
export type Parts = ReadonlyMap<string, Buffer>;

/** Names of parts that are not the same in a copy. */
export interface PackageDiff {
  lost: string[];
  changed: string[];
  added: string[];
}

export function packageDiff(before: Parts, after: Parts): PackageDiff {
  const names = [...before.keys()];
  return {
    lost: names.filter((name) => !after.has(name)),
    changed: names.filter((name) => after.get(name)?.equals(before.get(name) ?? Buffer.alloc(0)) === false),
    added: [...after.keys()].filter((name) => !before.has(name)),
  };
}

/** A cell with a reference, as all programs but a few write them. */
const CELL = /<c r="([A-Z]+\d+)"[^>]*?(?:\/>|>.*?<\/c>)/gs;

/**
 * The cells that differ between a sheet and its copy, by reference. Null when anything around the cells differs, and
 * more than cells was written.
 */
export function changedCells(before: string, after: string): string[] | null {
  if (before.replaceAll(CELL, '') !== after.replaceAll(CELL, '')) return null;
  const cells = cellsOf(after);
  const changed: string[] = [];
  for (const [reference, cell] of cellsOf(before)) {
    if (cells.get(reference) !== cell) changed.push(reference);
    cells.delete(reference);
  }
  return [...changed, ...cells.keys()];
}

function cellsOf(sheet: string): Map<string, string> {
  return new Map([...sheet.matchAll(CELL)].map(([cell, reference = '']) => [reference, cell]));
}
