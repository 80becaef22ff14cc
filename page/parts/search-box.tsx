import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

/** So long after the last key it is searched. */
const SETTLED_MS = 250;

interface SearchBoxProps {
  label: string;
  value: string;
  onSearch: (text: string) => void;
}

/** What is being typed is never overwritten: a value from elsewhere is taken only while nobody types. */
export function SearchBox({ label, value, onSearch }: SearchBoxProps) {
  const [text, setText] = useState(value);
  const timer = useRef(0);
  const input = useRef<HTMLInputElement>(null);
  // The page may have gone on between the last key and the search.
  const latest = useRef(onSearch);
  latest.current = onSearch;
  const id = useId();
  useEffect(() => {
    if (document.activeElement !== input.current) setText(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);

  function type(typed: string): void {
    setText(typed);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => latest.current(typed.trim()), SETTLED_MS);
  }

  return (
    <div class="search">
      <Icon name="search" />
      <label class="hidden" for={id}>
        {label}
      </label>
      <input
        id={id}
        ref={input}
        type="search"
        placeholder={label}
        value={text}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => type(event.currentTarget.value)}
      />
    </div>
  );
}
