/** Prometheus text as values by series, each named as Prometheus writes it: `name{label="value"}`. */
export function seriesIn(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

/** Of one metric: its values by what stands between the braces; '' where nothing does. */
export function valuesOf(text: string, name: string): Record<string, number> {
  const own = [...seriesIn(text)].flatMap(([series, value]) => {
    const [, found, , labels = ''] = /^([^{]+)(\{(.*)\})?$/.exec(series) ?? [];
    return found === name ? [[labels.replaceAll('"', ''), value] as const] : [];
  });
  return Object.fromEntries(own);
}
