import type { Deps } from "@/lib/deps";

/** The same, over the database connections that give up after 250 ms: for what somebody at the door waits for. */
export const gateDeps = (deps: Deps): Deps =>
  deps.gate === undefined ? deps : { ...deps, db: deps.gate };
