import type { PipelineProgress } from "@/lib/log/publish/pipeline-progress";
import type { LogSize } from "@/lib/status/types";
import type { Gauge } from "./metrics";

/** Gauges of the published log: how far each stage is, and how long ago. */
export function logGauges(state: PipelineProgress, now: number): readonly Gauge[] {
  const { treeSize, backlog, checkpointSize, publishedAt, waitingSince, halted, witnesses } = state;
  return [
    {
      name: "chancery_log_tree_entries",
      help: "Entries in the Merkle tree.",
      samples: [{ value: treeSize }],
    },
    {
      name: "chancery_log_checkpoint_entries",
      help: "Entries covered by the last published checkpoint.",
      samples: [{ value: checkpointSize }],
    },
    {
      name: "chancery_log_checkpoint_age_seconds",
      help: "Seconds since the last checkpoint was published; grows while nothing is recorded.",
      samples: publishedAt === null ? [] : [{ value: (now - publishedAt.getTime()) / 1000 }],
    },
    {
      name: "chancery_log_unpublished_seconds",
      help: "Seconds that the oldest entry without a published checkpoint has been waiting.",
      samples: [{ value: waitingSince === null ? 0 : (now - waitingSince.getTime()) / 1000 }],
    },
    {
      name: "chancery_log_backlog_entries",
      help: "Committed entries that are not sequenced yet (estimate).",
      samples: [{ value: backlog }],
    },
    {
      name: "chancery_log_halted",
      help: "1 while the log is halted because it contradicts a checkpoint kept outside the database.",
      samples: [{ value: halted === null ? 0 : 1 }],
    },
    {
      name: "chancery_log_witness_entries",
      help: "Entries covered by the last checkpoint that the witness cosigned.",
      samples: witnesses.map(({ name, size }) => ({ labels: { witness: name }, value: size ?? 0 })),
    },
    {
      name: "chancery_log_witness_failing",
      help: "1 if the witness did not cosign the last request.",
      samples: witnesses.map(({ name, failing }) => ({
        labels: { witness: name },
        value: failing ? 1 : 0,
      })),
    },
  ];
}

/** Gauges of the log and its search index: how far the index is behind, and since when. */
export function indexGauges(
  { size, indexed, waitingSince, sealed, fresh }: LogSize,
  now: number,
): readonly Gauge[] {
  return [
    { name: "chancery_log_entries", help: "Entries in the log.", samples: [{ value: size }] },
    {
      name: "chancery_log_index_lag_entries",
      help: "Entries that are not indexed for search yet.",
      samples: [{ value: size - indexed }],
    },
    {
      name: "chancery_log_index_lag_seconds",
      help: "Seconds that the oldest entry that is not indexed for search has been waiting.",
      samples: [{ value: waitingSince === null ? 0 : (now - waitingSince.getTime()) / 1000 }],
    },
    {
      name: "chancery_log_index_segments",
      help: "Segments of the search index; those that are not sealed are small and joined as they grow.",
      samples: [
        { labels: { sealed: "true" }, value: sealed },
        { labels: { sealed: "false" }, value: fresh },
      ],
    },
  ];
}
