import { about, changedBy, insertedBy } from "./rules";
import type { GuardedTable } from "./types";

/** One-time secrets with which machines enroll. */
export const enrollmentTables = {
  enrollment_secret: {
    insert: insertedBy("enrollment-secret.created"),
    update: [
      changedBy(["revoked_at"], ["enrollment-secret.revoked"]),
      {
        columns: ["used"],
        cases: [
          {
            when: "new.used = old.used + 1",
            by: [
              {
                ...about("enrollment-secret.used"),
                says: "e.j #>> '{details,use}' = new.used::text",
              },
            ],
          },
          { by: [] },
        ],
      },
    ],
    fixed: [
      "id",
      "identity_id",
      "profile_id",
      "secret_hash",
      "networks",
      "uses",
      "created_by",
      "created_at",
      "expires_at",
      "account_id",
      "lineage",
    ],
  },
} satisfies Readonly<Record<string, GuardedTable>>;
