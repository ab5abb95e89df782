import type { EntryAction } from "@/lib/log/types";

/** An entry that a change can rest on. */
export type Basis = Readonly<{
  /** The id that the entry must be about, as SQL over the row `new`; with `isArray`, one of several. */
  target: string;
  isArray?: true;
  actions: readonly EntryAction[];
  /**
   * Why it isn't checked that the entry names each member once, which reads its bytes a second time.
   * Without it such an entry counts for nothing: the database would take the last of two members,
   * and no reader of the log either of them.
   */
  mayRepeatMembers?: string;
  /** What else the entry (`e.j`, jsonb) must say, as SQL. */
  says?: string;
  outcome?: "success" | "failure";
}>;

export type Case = Readonly<{
  /** When the case applies, as SQL over `new` and `old`; the first that does decides. Without it, always. */
  when?: string;
  /** One of these entries must be in the transaction. None: the change is always refused. */
  by: readonly Basis[];
  /** Another rule of the table always applies together with this case, and looks for the entry. */
  isHeldByOther?: true;
  /** Whether the change is accepted while the log is halted; as SQL if it depends on the row. */
  whileHalted?: true | string;
}>;

/** Columns that change together, and the entries that their change needs. */
export type Rule = Readonly<{ columns: readonly string[]; cases: readonly Case[] }>;

/** A table whose rows change only with an entry that names them, and are never deleted. */
export type GuardedTable = Readonly<{
  /** What an insert needs, or why it needs no entry. */
  insert: readonly Case[] | string;
  update: readonly Rule[];
  /** Columns that never change once the row is there. */
  fixed: readonly string[];
  /** Columns that the database computes. */
  generated?: readonly string[];
  /** Columns that change without an entry, and why. */
  free?: Readonly<{ columns: readonly string[]; reason: string }>;
  /** Why rows may be deleted; without it they never are. */
  deleted?: string;
  /** Rows never change or go: a trigger by hand refuses all of it. */
  appendOnly?: true;
  /** The trigger function where it is written by hand: what it needs can't be said here. */
  writtenByHand?: string;
}>;
