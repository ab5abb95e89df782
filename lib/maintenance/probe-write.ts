import type { Deps } from "@/lib/runtime/deps";
import { commitProbe } from "./write-probe-repository";

/** What a write would meet now: null if it would be committed, else why not, for the operator. */
export const probeWrite = ({ db }: Pick<Deps, "db">, node: string): Promise<string | null> =>
  commitProbe(db, node);
