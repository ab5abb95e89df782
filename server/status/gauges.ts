import type { Deps } from "@/lib/deps";
import type { AuthorityIndex } from "@/lib/status/authority-index";
import { publishingState } from "@/lib/log/publish/publishing-state";
import { makeCertificateCounts } from "@/lib/status/count-certificates";
import { logSize } from "@/lib/status/log-size";
import type { StatusCache } from "@/lib/status/status-cache";
import type { CrlStore } from "@/server/status/crl-store";
import { logGauges } from "@/server/status/log-gauges";
import type { Gauge } from "@/server/status/metrics";

export type GaugeParts = Readonly<{
  deps: Pick<Deps, "db" | "clock">;
  index: () => AuthorityIndex;
  crls: CrlStore;
  statuses: StatusCache;
}>;

/** Figures that are read when somebody asks: the log, the CRLs, the certificates, this process. */
export function makeGauges({
  deps,
  index,
  crls,
  statuses,
}: GaugeParts): () => Promise<readonly Gauge[]> {
  const certificateCounts = makeCertificateCounts(deps);
  return async () => {
    const [log, publishing, counts] = await Promise.all([
      logSize(deps),
      publishingState(deps),
      certificateCounts(),
    ]);
    const now = deps.clock.now().getTime(),
      slugOf = new Map(index().all.map(({ id, slug }) => [id, slug]));
    const perCrl = (value: (crl: ReturnType<CrlStore["newest"]>[number]) => number) =>
      crls
        .newest()
        .map((crl) => ({
          labels: { authority: slugOf.get(crl.authorityId) ?? crl.authorityId, shard: crl.shard },
          value: value(crl),
        }));
    return [
      { name: "chancery_log_entries", help: "Entries in the log.", samples: [{ value: log.size }] },
      {
        name: "chancery_log_index_lag_entries",
        help: "Entries that the search does not know yet.",
        samples: [{ value: log.size - log.indexed }],
      },
      ...logGauges(publishing, now),
      {
        name: "chancery_crl_age_seconds",
        help: "Seconds since thisUpdate of the CRL that is served.",
        samples: perCrl((crl) => (now - crl.thisUpdate.getTime()) / 1000),
      },
      {
        name: "chancery_crl_next_update_seconds",
        help: "Seconds until nextUpdate of the CRL that is served.",
        samples: perCrl((crl) => (crl.nextUpdate.getTime() - now) / 1000),
      },
      {
        name: "chancery_certificates",
        help: "Certificates by state; at most a minute old.",
        samples: counts.map(({ state, count }) => ({ labels: { state }, value: count })),
      },
      {
        name: "chancery_status_cache_entries",
        help: "Certificate statuses in memory.",
        samples: [{ value: statuses.size() }],
      },
      {
        name: "chancery_status_cache_trusted",
        help: "1 while the log is heard; 0: every status is read from the database.",
        samples: [{ value: statuses.trusted() ? 1 : 0 }],
      },
      {
        name: "process_resident_memory_bytes",
        help: "Memory of the machine door.",
        samples: [{ value: process.memoryUsage.rss() }],
      },
    ];
  };
}
