import type { Finding } from "@/lib/errors/types";

/**
 * What a form gets back. `entrySeq` is the number of what was recorded, for the receipt; null if it
 * is not numbered yet.
 */
export type ActionState<T = unknown> =
  | Readonly<{
      ok: true;
      data: T;
      entryId: string | null;
      entrySeq: number | null;
      /** Whether the user may open the entry. Without that, a receipt names it and has no link. */
      mayReadEntry: boolean;
    }>
  | Readonly<{
      ok: false;
      message: string;
      code: string;
      fieldErrors: Record<string, string[]>;
      findings: readonly Finding[];
    }>;

/** A server action as a form calls it: what it sent last time (or null) and its input. */
export type ServerAction<T> = (
  previous: ActionState | null,
  input: unknown,
) => Promise<ActionState<T>>;

/**
 * A sign-in that may be tried again after some seconds: a limit was reached, or many are waiting.
 */
export type SignInFailure = Readonly<{ reason: "limited" | "busy"; seconds: number }>;
