/** What is under way gets so long when nobody supervises it any more: its database may be gone as well. */
export const ORPHAN_GRACE_MS = 10_000;

/**
 * Ends this process when the one that supervises it dies, `kill -9` included: the channel between them closes then, or
 * has closed while this one was being loaded. Without it workers would go on for ever, unseen, beside those of the next
 * `up`. Does nothing for a process that somebody started by hand, which never had a channel.
 */
export function endWithParent(): void {
  if (process.send === undefined) return;
  const end = () => {
    setTimeout(() => process.exit(1), ORPHAN_GRACE_MS).unref();
    process.kill(process.pid, 'SIGTERM');
  };
  if (!process.connected) return end();
  process.once('disconnect', end);
  process.channel?.unref();
}
