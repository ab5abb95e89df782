import { about, changedBy, insertedBy } from "./rules";
import type { GuardedTable } from "./types";

// An alert is opened and answered while the log is halted too: that is when people must be told.
const whileHalted = true;

const alert: GuardedTable = {
  insert: [{ by: [about("alert.opened")], whileHalted }],
  update: [
    changedBy(["severity"], ["alert.escalated"], { whileHalted }),
    changedBy(["assigned_to"], ["alert.assigned"], { whileHalted }),
    changedBy(["acknowledged_by", "acknowledged_at"], ["alert.acknowledged"], { whileHalted }),
    changedBy(["resolved_by", "resolved_at", "resolution", "comment"], ["alert.resolved"], {
      whileHalted,
    }),
    {
      columns: ["status"],
      cases: [
        {
          when: "old.status = 'open' and new.status = 'acknowledged'",
          by: [about("alert.acknowledged")],
          whileHalted,
        },
        { when: "new.status = 'resolved'", by: [about("alert.resolved")], whileHalted },
        { by: [] },
      ],
    },
    changedBy(
      ["changed_at"],
      ["alert.escalated", "alert.assigned", "alert.acknowledged", "alert.resolved"],
      { whileHalted },
    ),
  ],
  fixed: [
    "id",
    "rule",
    "subject_kind",
    "subject_id",
    "subject_label",
    "identity_id",
    "summary",
    "opened_at",
  ],
};

const delivery: GuardedTable = {
  insert: [
    { when: "new.status <> 'pending'", by: [] },
    {
      when: "new.reason = 'test'",
      by: [{ target: "new.destination_id", actions: ["destination.tested"] }],
    },
    {
      by: [
        {
          target: "new.alert_id",
          actions: ["alert.opened", "alert.escalated", "alert.resolved"],
          says: "e.j ->> 'action' = 'alert.' || new.reason",
        },
      ],
      whileHalted,
    },
  ],
  update: [],
  fixed: ["id", "alert_id", "destination_id", "reason", "created_at"],
  free: {
    columns: ["status", "attempts", "next_at", "finished_at"],
    reason:
      "The worker's progress; delivery_goes_on bounds it: what is sent has an attempt that succeeded, and what is finished stays.",
  },
  deleted: "Finished deliveries are cleaned up; pending ones are never deleted (delivery_goes_on).",
};

export const alertTables = {
  alert,
  alert_figures: {
    insert: [{ by: [{ target: "new.alert_id", actions: ["alert.opened"] }], whileHalted }],
    update: [],
    fixed: ["alert_id", "first_seq", "first_at"],
    free: {
      columns: ["count", "last_seq", "last_at", "why"],
      reason: "Derived from the log by custody.take_batch alone.",
    },
  },
  alert_exception: {
    insert: insertedBy("exception.created"),
    update: [changedBy(["ended_at"], ["exception.ended"])],
    fixed: [
      "id",
      "rule",
      "subject_kind",
      "subject_id",
      "subject_label",
      "network",
      "comment",
      "created_by",
      "created_at",
      "expires_at",
    ],
  },
  rule_setting: {
    insert: insertedBy("rule.updated"),
    update: [changedBy(["enabled", "severity", "values", "changed_at"], ["rule.updated"])],
    fixed: ["id"],
  },
  destination: {
    insert: insertedBy("destination.created"),
    update: [
      {
        columns: ["status", "changed_at"],
        cases: [
          { when: "new.status = 'removed'", by: [about("destination.removed")] },
          { by: [about("destination.updated")] },
        ],
      },
      // A removal clears the secret.
      changedBy(["config", "sealed"], ["destination.updated", "destination.removed"]),
      changedBy(["name", "min_severity"], ["destination.updated"]),
    ],
    fixed: ["id", "kind", "created_at"],
  },
  delivery,
} satisfies Readonly<Record<string, GuardedTable>>;
