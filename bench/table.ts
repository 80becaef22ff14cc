import type { Figure } from './part.ts';

const HEAD = ['figure', 'must reach', 'measured', 'ok'];

function shown({ measured, unit }: Figure): string {
  if (measured === null || Number.isNaN(measured)) return 'nothing';
  const digits = Number.isInteger(measured) ? 0 : Math.abs(measured) < 10 ? 3 : 1;
  return `${measured.toFixed(digits)} ${unit}`.trim();
}

/** The figures as aligned columns, one line each. */
export function table(figures: readonly Figure[]): string {
  const lines = [
    HEAD,
    ...figures.map((figure) => [figure.figure, figure.mustReach, shown(figure), figure.ok ? 'ok' : 'NO']),
  ];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
