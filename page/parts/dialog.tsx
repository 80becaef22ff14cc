import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface DialogProps {
  title: string;
  /** Under the heading: what the dialog is about. */
  about?: string;
  /** Escape closes it; the focus goes back to where it was. */
  onClose: () => void;
  /** Something is under way that should be seen to its end. */
  isBusy?: boolean;
  children: ComponentChildren;
}

/** The browser's own dialog: keeps the focus inside and the page behind it out of reach. */
export function Dialog({ title, about, onClose, isBusy = false, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    heading.current?.focus();
    return () => {
      shown?.close();
      // What opened it may be gone: the group of failures whose last row was just retried.
      if (document.activeElement === document.body) document.querySelector<HTMLElement>('main h1')?.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={onClose}
      onCancel={(event) => {
        if (isBusy) event.preventDefault();
      }}
    >
      <h2 id={id} ref={heading} tabIndex={-1}>
        {title}
      </h2>
      {about === undefined ? null : <p class="about">{about}</p>}
      {children}
    </dialog>
  );
}

/** Closes the dialog that an element stands in, as Escape would. Null: it is closed; a second Escape cannot be refused. */
export function closeDialogOf(element: Element | null): void {
  element?.closest('dialog')?.close();
}
