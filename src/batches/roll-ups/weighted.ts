/** How often each value was. */
export type Weighted = ReadonlyMap<number, number>;

/** The least value that so large a part of all does not exceed; null: there is none. */
export function weightedPercentile(values: Weighted, part: number): number | null {
  const total = [...values.values()].reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (const [value, count] of [...values].toSorted(([one], [other]) => one - other)) {
    seen += count;
    if (seen >= part * total) return value;
  }
  return null;
}

export function addTo(values: Map<number, number>, value: number, count: number): void {
  values.set(value, (values.get(value) ?? 0) + count);
}
