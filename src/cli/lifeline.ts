/** What is under way gets so long when nobody supervises it any more: its database may be gone as well. */
const GRACE_MS = 10_000;

/**
 * Ends this process when the one that supervises it dies, `kill -9` included: the channel between them closes then.
 * Without it workers would go on for ever, unseen, beside those of the next `up`. Does nothing for a process that
 * somebody started by hand.
 */
export function endWithParent(): void {
  if (process.channel === undefined || process.channel === null) return;
  const end = () => {
    setTimeout(() => process.exit(1), GRACE_MS).unref();
    process.kill(process.pid, 'SIGTERM');
  };
  process.once('disconnect', end);
  process.channel.unref();
}
