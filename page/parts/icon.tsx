const PATHS = {
  check: 'M3.5 8.5l3 3 6-7',
  cross: 'M4 4l8 8M12 4l-8 8',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.5v9l7.5-4.5z',
  stop: 'M4 4h8v8H4z',
  clock: 'M8 4.5V8l2.5 2M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2',
  warn: 'M8 2.5l6 11H2zM8 6.5v3.2M8 11.6v.2',
  again: 'M12.8 6A5.2 5.2 0 1 0 13 9.6M13 2.8V6H9.8',
  plus: 'M8 3v10M3 8h10',
  back: 'M9.5 3.5L5 8l4.5 4.5',
  down: 'M8 2.5v8M4.5 7.5L8 11l3.5-3.5M3 13.5h10',
  out: 'M6.5 3.5h-3v9h9v-3M9 3h4v4M13 3L7.5 8.5',
  dots: 'M3.5 8h.1M8 8h.1M12.5 8h.1',
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9M10.3 10.3l3.2 3.2',
} as const;

export type IconName = keyof typeof PATHS;

/** A sign beside a word, never in its place. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
