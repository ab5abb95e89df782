const names = { palette: "chancery:palette", keys: "chancery:keys" } as const;
export type Signal = keyof typeof names;

/** Opens the palette or the list of keys from anywhere in the frame. */
export function sendSignal(signal: Signal): void {
  window.dispatchEvent(new Event(names[signal]));
}

/** Calls back whenever that was asked for; returns the way to stop. */
export function onSignal(signal: Signal, callback: () => void): () => void {
  window.addEventListener(names[signal], callback);
  return () => {
    window.removeEventListener(names[signal], callback);
  };
}
