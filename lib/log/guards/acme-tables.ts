import { about, changedBy, insertedBy } from "./rules";
import type { GuardedTable } from "./types";

const ofOrder = { target: "new.order_id" } as const;

/** Enrollment by ACME: keys, accounts, orders and what authorizes their names. */
export const acmeTables = {
  acme_key: {
    insert: insertedBy("acme-key.created"),
    update: [changedBy(["revoked_at"], ["acme-key.revoked"])],
    fixed: [
      "id",
      "identity_id",
      "sealed",
      "profiles",
      "names",
      "created_by",
      "created_at",
      "expires_at",
      "account_id",
      "lineage",
    ],
  },
  acme_account: {
    insert: [
      {
        by: [
          {
            ...about("acme.account-created"),
            says: "coalesce(e.j #>> '{details,keyId}', e.j #>> '{details,secretId}') = coalesce(new.key_id, new.secret_id)",
          },
        ],
      },
    ],
    update: [
      changedBy(["status"], ["acme.account-deactivated"]),
      changedBy(["jwk", "thumbprint"], ["acme.key-changed"]),
      changedBy(["contact"], ["acme.account-updated"]),
      changedBy(
        ["changed_at"],
        ["acme.account-deactivated", "acme.key-changed", "acme.account-updated"],
      ),
    ],
    fixed: ["id", "key_id", "secret_id", "identity_id", "created_at"],
  },
  acme_order: {
    insert: insertedBy("acme.order-created"),
    update: [
      {
        columns: ["status", "certificate_id", "problem"],
        cases: [
          {
            when: "new.status = 'valid'",
            by: [
              {
                ...about("acme.order-issued"),
                says: "e.j #>> '{details,certificateId}' = new.certificate_id",
              },
            ],
          },
          {
            when: "new.status = 'invalid'",
            by: [{ ...about("acme.order-failed"), outcome: "failure" }],
          },
          { by: [] },
        ],
      },
    ],
    fixed: [
      "id",
      "account_id",
      "identity_id",
      "profile",
      "identifiers",
      "replaces",
      "created_at",
      "expires_at",
    ],
    free: {
      columns: ["csr_der", "lease_until"],
      reason:
        "The CSR of a finalize request, and which process works on it until when; the certificate that is planned for it has its own entry.",
    },
  },
  acme_authorization: {
    insert: [{ by: [{ ...ofOrder, actions: ["acme.order-created"] }] }],
    update: [
      {
        columns: ["status", "authorized_by", "problem", "validated_at", "expires_at"],
        cases: [
          {
            when: "new.status = 'valid'",
            by: [{ ...ofOrder, actions: ["acme.name-validated"] }],
          },
          {
            when: "new.status = 'invalid'",
            by: [{ ...ofOrder, actions: ["acme.challenge-failed"], outcome: "failure" }],
          },
          {
            when: "new.status = 'deactivated'",
            by: [{ ...ofOrder, actions: ["acme.authorization-deactivated"] }],
          },
          { by: [] },
        ],
      },
    ],
    fixed: ["id", "order_id", "account_id", "type", "value", "wildcard", "token", "created_at"],
    free: {
      columns: ["challenge", "lease_until"],
      reason:
        "Which challenge the client chose, and which process validates it until when; the result has its own entry.",
    },
  },
} satisfies Readonly<Record<string, GuardedTable>>;
