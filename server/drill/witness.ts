import { join } from "node:path";
import { toBase64, utf8 } from "@/lib/log/pure/bytes";
import { parseVkey } from "@/lib/log/pure/note";
import type { WitnessPolicy } from "@/lib/log/pure/witness-policy";
import type { Clock, Random } from "@/lib/runtime/clock";
import { addCheckpoint } from "@/lib/witness/add-checkpoint";
import { makeFileStore } from "@/lib/witness/file-store";
import { openWitnessKey } from "@/lib/witness/witness-key";
import type { DrillEnvironment } from "./drill-copy";

export type DrillWitness = Readonly<{
  policy: WitnessPolicy;
  ask: DrillEnvironment["askWitness"];
  /** Adds a log and its key to those that the witness cosigns. */
  addLog: (origin: string, vkey: string) => void;
}>;

/** A witness in this process: the rules and the state of the real one, without the network. */
export async function makeDrillWitness(
  folder: string,
  { random, clock }: Readonly<{ random: Random; clock: Clock }>,
): Promise<DrillWitness> {
  const key = await openWitnessKey(join(folder, "witness-key"), {
    name: "drill.invalid/witness",
    host: "drill.invalid",
    random,
  });
  const logs = new Map<string, ReturnType<typeof parseVkey>[]>();
  const witness = { key, logs, store: makeFileStore(join(folder, "witnessed"), random), clock };
  return {
    policy: {
      logs: [],
      witnesses: [{ name: "drill", vkey: key.vkey, key: key.key, url: null }],
      groups: [],
      quorum: "drill",
    },
    addLog: (origin, vkey) => {
      logs.set(origin, [parseVkey(vkey)]);
    },
    ask: (note, oldSize, path) =>
      addCheckpoint(
        witness,
        utf8(`old ${oldSize}\n${path.map((hash) => `${toBase64(hash)}\n`).join("")}\n${note}`),
      ),
  };
}
