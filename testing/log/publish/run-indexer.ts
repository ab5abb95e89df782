import { openDatabase } from "@/lib/db/database";
import { runIndexer } from "@/lib/log/segments/indexer";
import { mergeOldest } from "@/lib/log/segments/merge-oldest";
import { startLeader } from "@/lib/log/sequence/leader";

// A node that indexes while no other does, in small segments, and puts the oldest together: for tests
// that kill it.
const [url = "", maxEntries = "", mostSegments = ""] = process.argv.slice(2);
const db = openDatabase(url, { max: 6 });
const mergePauseMs = 30;

startLeader(db, {
  lead: async (session) => {
    process.send?.("leading");
    const indexing = runIndexer(db, session, { maxEntries: Number(maxEntries) });
    while (!session.signal.aborted) {
      // One that another node was faster with fails, and so does one whose connection is cut.
      await mergeOldest(db, Number(mostSegments)).catch(() => {});
      await session.sleep(mergePauseMs);
    }
    await indexing;
  },
});
process.on("disconnect", () => {
  process.exit(0);
});
