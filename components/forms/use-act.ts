"use client";

import { useState, useTransition } from "react";
import type { ActionState, ServerAction } from "@/lib/auth/types";

export type Refusal = Extract<ActionState, { ok: false }>;

/** The answer never came: the act may have happened, so nothing is claimed either way. */
const noAnswer: Refusal = {
  ok: false,
  code: "connection.lost",
  fieldErrors: {},
  findings: [],
  message:
    "No answer came back. What you typed is still here. The act may have gone through: look at the list or the audit log before you try again.",
};

type Act<T> = Readonly<{
  state: ActionState<T> | null;
  pending: boolean;
  run: (input: unknown) => Promise<ActionState<T>>;
  clear: () => void;
}>;

/** Calls a server action, keeps its answer and whether it is under way. Never rejects. */
export function useAct<T>(action: ServerAction<T>): Act<T> {
  const [state, setState] = useState<ActionState<T> | null>(null);
  const [pending, start] = useTransition();
  const run = (input: unknown) =>
    new Promise<ActionState<T>>((resolve) => {
      start(async () => {
        const next = await action(null, input).catch((): ActionState<T> => noAnswer);
        setState(next);
        resolve(next);
      });
    });
  return {
    state,
    pending,
    run,
    clear: () => {
      setState(null);
    },
  };
}

/** True if what was found at `path` belongs to the field of that name: it, or a part of it. */
export const belongsTo = (path: string, field: string): boolean =>
  path === field || path.startsWith(`${field}.`);

/** What stands beside one field; nothing while all is well. */
export function errorsOf(state: ActionState | null, field: string): string[] | undefined {
  if (state === null || state.ok) return undefined;
  const messages = Object.entries(state.fieldErrors)
    .filter(([path]) => belongsTo(path, field))
    .flatMap(([, found]) => found);
  return messages.length > 0 ? [...new Set(messages)] : undefined;
}
