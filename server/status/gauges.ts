import { countSkippedByReader, type SkippedCount } from "@/lib/log/search/skipped-entries";
import { readCursors, type StoredCursors } from "@/lib/log/sequence/read-cursors";
import type { StalledReader } from "@/lib/log/sequence/stall-watch";
import { readPipelineProgress } from "@/lib/log/publish/pipeline-progress";
import type { Deps } from "@/lib/runtime/deps";
import type { AuthorityIndex } from "@/lib/status/authority-index";
import {
  getBackupAgeMs,
  getDatabaseSize,
  getLogSize,
  makeStateCounter,
} from "@/lib/status/read-status";
import type { StatusCache } from "@/lib/status/status-cache";
import type { CrlStore } from "./crl-store";
import { indexGauges, logGauges } from "./log-gauges";
import { machineGauges, type ReadDisk } from "./machine-gauges";
import type { Gauge } from "./metrics";

export type GaugeDeps = Readonly<{
  deps: Pick<Deps, "db" | "clock">;
  index: () => AuthorityIndex;
  crls: CrlStore;
  statuses: StatusCache;
  stalledReaders: () => readonly StalledReader[];
  disk: ReadDisk;
}>;

/** Gauges that are read on each scrape: log, CRLs, certificates, this process. */
export function makeGauges({
  deps,
  index,
  crls,
  statuses,
  stalledReaders,
  disk,
}: GaugeDeps): () => Promise<readonly Gauge[]> {
  const certificateCounts = makeStateCounter(deps);
  return async () => {
    const [log, publishing, counts, { cursors }, skipped, bytes, machine, backupAgeMs] =
      await Promise.all([
        getLogSize(deps),
        readPipelineProgress(deps),
        certificateCounts(),
        readCursors(deps.db),
        countSkippedByReader(deps.db),
        getDatabaseSize(deps),
        machineGauges(disk),
        getBackupAgeMs(deps),
      ]);
    const now = deps.clock.now().getTime();
    return [
      ...indexGauges(log, now),
      ...logGauges(publishing, now),
      ...readerGauges(cursors, stalledReaders(), skipped),
      ...crlGauges(crls, index(), now),
      {
        name: "chancery_certificates",
        help: "Certificates by state, at most one minute old.",
        samples: counts.map(({ state, count }) => ({ labels: { state }, value: count })),
      },
      ...cacheGauges(statuses),
      {
        name: "chancery_database_bytes",
        help: "Size of the database.",
        samples: [{ value: bytes }],
      },
      backupGauge(backupAgeMs),
      ...machine,
      {
        name: "process_resident_memory_bytes",
        help: "Resident memory of the gateway process.",
        samples: [{ value: process.memoryUsage.rss() }],
      },
    ];
  };
}

const backupGauge = (ageMs: number | null): Gauge => ({
  name: "chancery_backup_age_seconds",
  help: "Seconds since the last backup in the audit log; absent if there is none.",
  samples: ageMs === null ? [] : [{ value: ageMs / 1000 }],
});

const cacheGauges = (statuses: StatusCache): readonly Gauge[] => [
  {
    name: "chancery_status_cache_entries",
    help: "Certificate statuses in the cache.",
    samples: [{ value: statuses.size() }],
  },
  {
    name: "chancery_status_cache_trusted",
    help: "1 while the cache follows the log; 0 while every status is read from the database.",
    samples: [{ value: statuses.trusted() ? 1 : 0 }],
  },
];

/** Where the readers of the log are, which of them stand still, and what they skipped. */
function readerGauges(
  cursors: StoredCursors,
  stalled: readonly StalledReader[],
  skipped: readonly SkippedCount[],
): readonly Gauge[] {
  const names = [...Object.keys(cursors), "status"];
  return [
    {
      name: "chancery_log_reader_entries",
      help: "The number of the next entry that the reader reads.",
      samples: Object.entries(cursors).map(([reader, { at }]) => ({
        labels: { reader },
        value: at,
      })),
    },
    {
      name: "chancery_log_reader_stalled",
      help: "1 while the reader does not move although there are entries to read.",
      samples: names.map((reader) => ({
        labels: { reader },
        value: stalled.some(({ name }) => name === reader) ? 1 : 0,
      })),
    },
    {
      name: "chancery_log_reader_skipped_entries",
      help: "Entries that the reader could not read and skipped.",
      samples: skipped.map(({ reader, count }) => ({ labels: { reader }, value: count })),
    },
  ];
}

/** The age of each served CRL, and the time that remains until its nextUpdate. */
function crlGauges(crls: CrlStore, index: AuthorityIndex, now: number): readonly Gauge[] {
  const slugOf = new Map(index.all.map(({ id, slug }) => [id, slug]));
  const perCrl = (value: (crl: ReturnType<CrlStore["newest"]>[number]) => number) =>
    crls.newest().map((crl) => ({
      labels: { authority: slugOf.get(crl.authorityId) ?? crl.authorityId, shard: crl.shard },
      value: value(crl),
    }));
  return [
    {
      name: "chancery_crl_age_seconds",
      help: "Seconds since thisUpdate of the served CRL.",
      samples: perCrl((crl) => (now - crl.thisUpdate.getTime()) / 1000),
    },
    {
      name: "chancery_crl_next_update_seconds",
      help: "Seconds until nextUpdate of the served CRL.",
      samples: perCrl((crl) => (crl.nextUpdate.getTime() - now) / 1000),
    },
  ];
}
