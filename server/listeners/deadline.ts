/**
 * Calls `tell` once, after so many milliseconds, unless cancelled by what it returns. If this process was held up itself, answers may have come
 * that it has not read yet; these are read first, and can still cancel.
 */
export function setDeadline(ms: number, tell: () => void): () => void {
  let unread: NodeJS.Immediate | undefined;
  // Timers fire before sockets are read, immediates after it.
  const timer = setTimeout(() => {
    unread = setImmediate(tell);
  }, ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(unread);
  };
}
