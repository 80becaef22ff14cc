import type { Preview } from '../../src/http/api/contract.ts';
import { useSurroundings } from '../surroundings.ts';

/** Rows that were meant and are left as they are, with why and their first numbers. */
export function Leaves({ leaves }: Pick<Preview, 'leaves'>) {
  const { t, format } = useSurroundings();
  if (leaves.length === 0) return null;
  return (
    <div class="leaves">
      <h3>{t.dialog.leaves}</h3>
      <ul>
        {leaves.map(({ why, rows, first }) => {
          const numbers = format.list(first.map((row) => String(row)));
          const more = rows > first.length ? ' …' : '';
          return (
            <li key={why}>{t.dialog.left(format.number(rows), t.codes.left[why], numbers + more, rows)}</li>
          );
        })}
      </ul>
    </div>
  );
}
