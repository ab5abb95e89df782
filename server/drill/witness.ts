import { join } from "node:path";
import type { Clock, Random } from "@/lib/deps";
import { utf8, toBase64 } from "@/lib/log/pure/bytes";
import { parseVkey } from "@/lib/log/pure/note";
import type { Policy } from "@/lib/log/pure/policy";
import { addCheckpoint } from "@/lib/witness/add-checkpoint";
import { makeFileStore } from "@/lib/witness/file-store";
import { openWitnessKey } from "@/lib/witness/witness-key";
import type { Surroundings } from "./place";

export type DrillWitness = Readonly<{
  policy: Policy;
  ask: Surroundings["askWitness"];
  /** The witness gets to know the log's key. */
  meet: (origin: string, vkey: string) => void;
}>;

/** A witness of the drill's own, in this process: the real one's rules and memory, without the network. */
export async function makeDrillWitness(
  folder: string,
  { random, clock }: Readonly<{ random: Random; clock: Clock }>,
): Promise<DrillWitness> {
  const key = await openWitnessKey(join(folder, "witness-key"), {
    name: "drill.invalid/witness",
    host: "drill.invalid",
    random,
  });
  const logs = new Map<string, ReturnType<typeof parseVkey>[]>(),
    parts = { key, logs, store: makeFileStore(join(folder, "witnessed"), random), clock };
  return {
    policy: {
      logs: [],
      witnesses: [{ name: "drill", vkey: key.vkey, key: key.key, url: null }],
      groups: [],
      quorum: "drill",
    },
    meet: (origin, vkey) => {
      logs.set(origin, [parseVkey(vkey)]);
    },
    ask: (note, oldSize, path) =>
      addCheckpoint(
        parts,
        utf8(`old ${oldSize}\n${path.map((hash) => `${toBase64(hash)}\n`).join("")}\n${note}`),
      ),
  };
}
