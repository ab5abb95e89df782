"use client";

/** Asks the user, and calls `go` if the answer is to leave. */
type Ask = (go: () => void) => void;

let guards: readonly Ask[] = [];

/** Has every way out of the page ask first. Returns the function that ends it. */
export function guardLeaving(ask: Ask): () => void {
  guards = [...guards, ask];
  return () => {
    guards = guards.filter((one) => one !== ask);
  };
}

/** Leaves the page by calling `go`, after asking where something would be lost. */
export function leave(go: () => void): void {
  const ask = guards.at(-1);
  if (ask) ask(go);
  else go();
}
