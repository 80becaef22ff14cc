import { useEffect, useRef, useState } from 'preact/hooks';

const hasFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;

/** Takes a file dropped anywhere on the page; true while one is held over it. */
export function useDroppedFile(isTaken: boolean, onFile: (file: File) => void): boolean {
  const [isOver, setIsOver] = useState(false);
  const latest = useRef(onFile);
  latest.current = onFile;
  useEffect(() => {
    if (!isTaken) return;
    function over(event: DragEvent): void {
      if (!hasFile(event)) return;
      event.preventDefault();
      setIsOver(true);
    }
    function leave(event: DragEvent): void {
      // Without a next element the pointer has left the window.
      if (event.relatedTarget === null) setIsOver(false);
    }
    function drop(event: DragEvent): void {
      const file = event.dataTransfer?.files[0];
      setIsOver(false);
      if (file === undefined) return;
      event.preventDefault();
      latest.current(file);
    }
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, [isTaken]);
  return isOver;
}
