import type { Harness } from "@/testing/harness";
import { below, makeSampleEntry, type SampleEntry } from "./index-sample";

/** A log of sample entries; null stands for one that says nothing that can be indexed. */
export type SampleLog = Readonly<{
  entries: readonly (SampleEntry | null)[];
  /** Commits and numbers so many more. */
  add: (count: number) => Promise<void>;
}>;

/** Adds sample entries to the log of a harness that has no sequencer of its own. */
export function makeSampleLog(log: Pick<Harness, "asSuper">): SampleLog {
  const entries: (SampleEntry | null)[] = [];
  const add = async (count: number): Promise<void> => {
    const from = entries.length;
    const made = Array.from({ length: count }, (_none, n) =>
      below(150) === 0 ? null : makeSampleEntry(from + n),
    );
    entries.push(...made);
    const rows = made.map((entry, n) =>
      Buffer.from(
        JSON.stringify({ id: `ent_${from + n}`, v: 1, ...(entry ?? { target: null, ts: "once" }) }),
      ),
    );
    await log.asSuper("alter table tlog.inbox disable trigger user");
    await log.asSuper(
      "insert into tlog.inbox (entry, entry_id, target_id) select e, convert_from(e, 'UTF8')::jsonb ->> 'id', null from unnest($1::bytea[]) as e",
      [rows],
    );
    for (let size = 0; size < entries.length;)
      size = Number((await log.asSuper("select tlog.sequence_batch(1000) as size"))[0]?.["size"]);
  };
  return { entries, add };
}
