import type { StateRule } from "@/lib/alerts/types";
import { value } from "./words";

/** What happens is recorded, and nobody can prove it. */
export const checkpointLate: StateRule = {
  state: true,
  name: "checkpoint-late",
  title: "Checkpoint is late",
  severity: "high",
  explanation:
    "Entries have waited for minutes to be numbered, or to be covered by a signed checkpoint. What happens is recorded, but cannot be proven to others, nor searched.",
  quietBecause:
    "A checkpoint is published each second while there is something to cover; an idle log is not late. It closes itself with the next checkpoint.",
  values: [value("seconds", "Later than", "seconds", 60, [10, 3_600])],
};
