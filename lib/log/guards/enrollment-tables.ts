import { about, changedBy, insertedBy } from "./rules";
import type { GuardedTable } from "./types";

/**
 * One-time secrets with which machines enroll, the short-lived tokens of the compatible APIs, and the
 * permissions to get CA certificates over them.
 */
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
      "sealed",
      "networks",
      "uses",
      "created_by",
      "created_at",
      "expires_at",
      "account_id",
      "lineage",
    ],
  },
  ca_permission: {
    insert: [
      {
        when: "new.revoked_at is null",
        by: [
          {
            ...about("ca-permission.created"),
            says: "e.j #>> '{details,identityId}' = new.identity_id and e.j #>> '{details,authorityId}' = new.authority_id and e.j #>> '{details,trustDomain}' = new.trust_domain and e.j #>> '{details,maxSeconds}' = new.max_seconds::text and e.j #>> '{details,count}' = new.count::text",
          },
        ],
      },
      { by: [] },
    ],
    update: [
      {
        columns: ["revoked_at"],
        cases: [
          {
            when: "old.revoked_at is null and new.revoked_at is not null",
            by: [about("ca-permission.revoked")],
          },
          // What was revoked never counts again.
          { by: [] },
        ],
      },
    ],
    fixed: [
      "id",
      "identity_id",
      "authority_id",
      "trust_domain",
      "max_seconds",
      "count",
      "created_by",
      "created_at",
    ],
  },
  login: {
    insert: [
      {
        by: [
          {
            ...about("login.created"),
            says: "e.j #>> '{actor,id}' = coalesce(new.token_id, new.certificate_id) and e.j #>> '{details,identityId}' = new.identity_id",
          },
        ],
      },
    ],
    update: [],
    fixed: [
      "id",
      "identity_id",
      "token_id",
      "certificate_id",
      "secret_hash",
      "created_at",
      "expires_at",
    ],
    deleted: "Expired logins are cleaned up; deleting one ends it, and its entry stays.",
  },
} satisfies Readonly<Record<string, GuardedTable>>;
