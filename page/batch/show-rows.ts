/** A filter was set further up: the rows that it finds are brought into sight, and the focus with them. */
export function showRows(): void {
  const heading = document.querySelector<HTMLElement>('#rows');
  heading?.focus({ preventScroll: true });
  heading?.scrollIntoView();
}
