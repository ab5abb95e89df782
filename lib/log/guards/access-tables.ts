import { about, changedBy, insertedBy, listedChange } from "./rules";
import type { GuardedTable } from "./types";

const nameActions = [
  "identity.names-added",
  "identity.names-released",
  "identity.names-shared",
  "identity.names-transferred",
  "identity.names-decided",
  "identity.name-freed",
  "identity.names-upgraded",
] as const;
const statusActions = ["identity.suspended", "identity.activated"] as const;

const identity: GuardedTable = {
  insert: insertedBy("identity.created"),
  update: [
    listedChange("name", "identity.updated"),
    listedChange("owner", "identity.updated"),
    listedChange("note", "identity.updated"),
    listedChange("networks", "identity.updated"),
    {
      columns: ["status"],
      cases: [
        { when: "new.status = 'suspended'", by: [about("identity.suspended")] },
        { when: "new.status = 'active'", by: [about("identity.activated")] },
      ],
    },
    changedBy(["changed_at"], ["identity.updated", ...statusActions]),
    changedBy(
      ["epoch", "names_epoch"],
      [
        // With the names that it holds from the beginning.
        "identity.created",
        "identity.updated",
        "identity.power-granted",
        "identity.power-removed",
        ...statusActions,
        ...nameActions,
      ],
    ),
  ],
  fixed: ["id", "kind", "created_at"],
  generated: ["search_text"],
};

const account: GuardedTable = {
  insert: [{ by: [{ ...about("account.created"), says: "e.j #>> '{details,role}' = new.role" }] }],
  update: [
    listedChange("name", "account.updated"),
    listedChange("role", "account.updated", { value: true }),
    listedChange("status", "account.updated", { value: true }),
    listedChange("password_hash", "account.updated", { field: "password" }),
    listedChange("identity_id", "account.updated", { field: "identity" }),
    changedBy(["changed_at"], ["account.updated"]),
  ],
  fixed: ["id", "email", "created_at"],
};

const session: GuardedTable = {
  // People sign in while the log is halted: somebody has to continue it.
  insert: [
    {
      by: [{ ...about("session.started"), says: "e.j #>> '{actor,id}' = new.account_id" }],
      whileHalted: true,
    },
  ],
  update: [
    {
      columns: ["ended_at"],
      cases: [
        {
          when: "old.ended_at is null",
          by: [
            about("session.ended"),
            { target: "new.account_id", actions: ["session.ended", "account.updated"] },
            { target: "new.proxy_id", actions: ["proxy.updated", "proxy.removed"] },
          ],
          whileHalted: true,
        },
        { by: [] },
      ],
    },
  ],
  fixed: [
    "id",
    "account_id",
    "certificate_id",
    "proxy_id",
    "created_at",
    "expires_at",
    "ip",
    "user_agent",
  ],
  free: {
    columns: ["idle_until"],
    reason: "Each request of a browser postpones it; expires_at bounds it.",
  },
  deleted: "Ended and expired sessions are cleaned up; deleting one ends it, and its entries stay.",
};

const invitation: GuardedTable = {
  insert: insertedBy("invitation.created"),
  update: [
    changedBy(["used_at", "used_ip"], ["invitation.accepted"]),
    changedBy(["canceled_at"], ["invitation.canceled"]),
  ],
  fixed: ["id", "account_id", "token_sha256", "created_by", "created_at", "expires_at"],
};

const apiToken: GuardedTable = {
  insert: [{ by: [{ ...about("token.created"), says: "e.j #>> '{details,role}' = new.role" }] }],
  update: [changedBy(["revoked_at"], ["token.revoked"])],
  fixed: [
    "id",
    "name",
    "role",
    "identity_id",
    "secret_hash",
    "hint",
    "created_by",
    "created_at",
    "expires_at",
    "parent_id",
    "account_id",
    "lineage",
  ],
};

const proxy: GuardedTable = {
  insert: insertedBy("proxy.trusted"),
  update: [
    listedChange("kind", "proxy.updated", { value: true }),
    listedChange("hops", "proxy.updated"),
    listedChange("scopes", "proxy.updated"),
    listedChange("note", "proxy.updated"),
    {
      columns: ["status"],
      cases: [
        { when: "new.status = 'removed'", by: [about("proxy.removed")] },
        {
          by: [{ ...about("proxy.updated"), says: "e.j #> '{details,changes}' ? 'status'" }],
        },
      ],
    },
    changedBy(["changed_at"], ["proxy.updated", "proxy.removed"]),
  ],
  fixed: ["id", "identity_id", "unscoped_until", "created_at"],
};

const byItsUser = "e.j #>> '{actor,id}' = new.account_id";

const savedView: GuardedTable = {
  insert: [{ by: [{ ...about("view.created"), says: byItsUser }] }],
  update: [
    {
      columns: ["name"],
      cases: [
        {
          by: [
            {
              ...about("view.renamed"),
              says: `${byItsUser} and e.j #>> '{details,name}' = new.name`,
            },
          ],
        },
      ],
    },
    {
      columns: ["deleted_at"],
      cases: [
        { when: "old.deleted_at is null", by: [{ ...about("view.deleted"), says: byItsUser }] },
        { by: [] },
      ],
    },
    changedBy(["changed_at"], ["view.renamed", "view.deleted"]),
  ],
  fixed: ["id", "account_id", "list", "query", "created_at"],
};

const ofIdentity = { target: "new.identity_id" } as const;

export const accessTables = {
  identity,
  identity_name: {
    insert: [
      {
        by: [{ ...ofIdentity, actions: ["identity.created", "identity.updated", ...nameActions] }],
      },
    ],
    update: [
      {
        columns: ["state", "share_id", "reserved_until", "changed_at"],
        cases: [
          {
            by: [
              {
                ...ofIdentity,
                actions: ["identity.created", "identity.updated", ...nameActions],
              },
            ],
          },
        ],
      },
    ],
    fixed: ["id", "identity_id", "type", "form", "value", "origin", "created_at"],
    generated: ["holder", "span"],
    writtenByHand: "tlog.need_name_entry",
  },
  name_share: {
    insert: "Held by tlog.need_share_entry.",
    update: [],
    fixed: ["id", "comment", "review_at", "created_by", "created_at"],
    // Its entries are about the identities of the share and name it in their details.
    free: { columns: ["state", "changed_at"], reason: "Held by tlog.need_share_entry." },
    writtenByHand: "tlog.need_share_entry",
  },
  account,
  session,
  invitation,
  api_token: apiToken,
  proxy,
  saved_view: savedView,
  policy: {
    insert: insertedBy("policy.created"),
    update: [
      changedBy(
        ["name", "description", "status", "version", "rules", "changed_at"],
        ["policy.updated"],
      ),
    ],
    fixed: ["id", "service", "created_at"],
  },
} satisfies Readonly<Record<string, GuardedTable>>;
