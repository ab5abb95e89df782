import type { Case, GuardedTable } from "./types";

/** Revoking and holding go on while the log is halted, many as well as one. */
const whileHalted = "new.act in ('revoke', 'hold')";
/** Whatever it does can be ended while the log is halted. */
const endedBy = (action: "bulk.finished" | "bulk.canceled" | "bulk.stopped"): Case => ({
  when: `old.status = 'running' and new.status = '${action.slice("bulk.".length)}'`,
  by: [{ target: "new.id", actions: [action] }],
  whileHalted: action === "bulk.finished" ? whileHalted : true,
});

/**
 * A row makes the gateway change certificates, identities or alerts in its actor's name: so its entry says
 * which, what is done to them, and who started it.
 */
const bulkAct: GuardedTable = {
  insert: [
    { when: "new.status <> 'running'", by: [] },
    {
      by: [
        {
          target: "new.id",
          actions: ["bulk.started"],
          says: `e.j #>> '{actor,kind}' = new.actor_kind and e.j #>> '{actor,id}' = new.actor_id and e.j #>> '{details,act}' = new.act and e.j #>> '{details,reason}' is not distinct from new.reason and e.j #>> '{details,owner}' is not distinct from new.owner and e.j #>> '{details,assignee,id}' is not distinct from new.assignee and e.j #>> '{details,resolution}' is not distinct from new.resolution and (e.j #>> '{details,replaceBy}')::timestamptz is not distinct from new.replace_by and e.j #>> '{details,idsSha256}' = encode(sha256(convert_to(array_to_string(new.ids, ','), 'UTF8')), 'hex')`,
        },
      ],
      whileHalted,
    },
  ],
  update: [
    {
      columns: ["status", "cause", "ended_at"],
      cases: [
        endedBy("bulk.finished"),
        endedBy("bulk.canceled"),
        endedBy("bulk.stopped"),
        { by: [] },
      ],
    },
  ],
  fixed: [
    "id",
    "act",
    "ids",
    "states",
    "digest",
    "total",
    "reason",
    "owner",
    "assignee",
    "resolution",
    "comment",
    "invalidity_date",
    "replace_by",
    "actor_kind",
    "actor_id",
    "actor_label",
    "origin",
    "created_at",
  ],
};

export const bulkTables = { bulk_act: bulkAct } satisfies Readonly<Record<string, GuardedTable>>;
