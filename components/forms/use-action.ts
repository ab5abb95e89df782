"use client";

import { useCallback, useState, useTransition } from "react";
import type { ActionState, ServerAction } from "@/lib/auth/types";

export type ActionFailure = Extract<ActionState, { ok: false }>;

/** No response arrived. The action may have completed, so the message claims neither. */
const connectionLost: ActionFailure = {
  ok: false,
  code: "connection.lost",
  fieldErrors: {},
  findings: [],
  message:
    "The server didn't respond. Your input is still here. The action may have completed: check the list or the audit log before you try again.",
};

type ActionHandle<T> = Readonly<{
  state: ActionState<T> | null;
  pending: boolean;
  run: (input: unknown) => Promise<ActionState<T>>;
  clear: () => void;
}>;

/**
 * Calls a server action and keeps its result and whether it is running. Never rejects. `run` stays
 * the same function for the same action.
 */
export function useAction<T>(action: ServerAction<T>): ActionHandle<T> {
  const [state, setState] = useState<ActionState<T> | null>(null);
  const [pending, start] = useTransition();
  const run = useCallback(
    (input: unknown) =>
      new Promise<ActionState<T>>((resolve) => {
        start(async () => {
          const next = await action(null, input).catch((): ActionState<T> => connectionLost);
          setState(next);
          resolve(next);
        });
      }),
    [action],
  );
  return {
    state,
    pending,
    run,
    clear: () => {
      setState(null);
    },
  };
}

/** True if `path` is the field of that name or a part of it. */
export const belongsTo = (path: string, field: string): boolean =>
  path === field || path.startsWith(`${field}.`);

/** The errors of one field; undefined if it has none. */
export function errorsOf(state: ActionState | null, field: string): string[] | undefined {
  if (state === null || state.ok) return undefined;
  const messages = Object.entries(state.fieldErrors)
    .filter(([path]) => belongsTo(path, field))
    .flatMap(([, fieldMessages]) => fieldMessages);
  return messages.length > 0 ? [...new Set(messages)] : undefined;
}
