import type { StateRule } from "@/lib/alerts/types";
import { value } from "./text";

/** Entries are recorded but can't be proven yet. */
export const checkpointLate: StateRule = {
  state: true,
  name: "checkpoint-late",
  title: "Checkpoint is late",
  severity: "high",
  explanation:
    "Entries have been waiting for a number or a signed checkpoint for too long. Until a checkpoint covers them, they are recorded but can't be searched or proven.",
  quietBecause:
    "A checkpoint is published every second while there are new entries, and an idle log is never late. The alert resolves itself with the next checkpoint.",
  values: [value("seconds", "Late after", "seconds", 60, [10, 3_600])],
};
