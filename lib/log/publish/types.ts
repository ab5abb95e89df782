import type { Deps } from "@/lib/runtime/deps";

/** A log in the chain of continuations: the first one, or one that continues its predecessor. */
export type LogIdentity = Readonly<{
  generation: number;
  origin: string;
  vkey: string;
  startSize: number;
  previousNote: string | null;
  /** Origins that the continuation gave up: they are remembered, but have no row in the database. */
  leftBehind: readonly string[];
}>;

/** Why the log is halted, as stored in tlog.head.halted (see HaltView). */
export type Halt = Readonly<{
  code: "log.smaller-than-remembered" | "log.differs-from-remembered" | "log.restored";
  message: string;
  at: string;
  origin: string;
  rememberedSize: number;
  rememberedRootHex: string;
  foundSize: number;
  rememberedNote: string;
  /** All origins that are remembered although the database has no row for them. */
  lostOrigins: readonly string[];
}>;

export type PublishDeps = Pick<
  Deps,
  "db" | "clock" | "random" | "recorder" | "signer" | "publicUrl"
>;
