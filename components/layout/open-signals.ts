const names = { palette: "chancery:palette", keys: "chancery:keys" } as const;
export type Signal = keyof typeof names;

/** Opens the palette or the list of shortcuts from anywhere in the console. */
export function sendSignal(signal: Signal): void {
  window.dispatchEvent(new Event(names[signal]));
}

/** Runs the callback on each signal; returns the function that unsubscribes. */
export function onSignal(signal: Signal, callback: () => void): () => void {
  window.addEventListener(names[signal], callback);
  return () => {
    window.removeEventListener(names[signal], callback);
  };
}
