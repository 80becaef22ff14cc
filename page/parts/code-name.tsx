/** A name of the program's, such as a task's or a queue's; where there is no room it breaks between its words. */
export function CodeName({ name }: { name: string }) {
  const words = name.split('_');
  return (
    <span class="mono">
      {words.map((word, index) => (
        <>
          {index === 0 ? null : '_'}
          {index === 0 ? null : <wbr />}
          {word}
        </>
      ))}
    </span>
  );
}
