import { comparable, listText, millisOf, parseList } from "./fields";
import {
  createdSql,
  endFields,
  millisSql,
  setFields,
  storedDigest,
  truncateSql,
  type PlainEntityType,
} from "./plain-entity-type";

/** One-time secrets with which machines enroll, and the tokens of the compatible APIs. */
export const enrollmentEntityTypes: readonly PlainEntityType[] = [
  {
    name: "enrollment secret",
    prefixes: ["enrollment-secret"],
    from: "enrollment_secret",
    labelField: "identity",
    created: "enrollment-secret.created",
    columns: `id, identity_id as identity, profile_id as profile, encode(secret_hash, 'hex') as hash, encode(sealed, 'hex') as sealed, to_json(networks)::text as networks, uses::text as uses, used::text as used, ${millisSql("expires_at")} as "expiration (UTC)", case when revoked_at is null then 'active' else 'revoked' end as state, ${millisSql("revoked_at")} as "revocation date (near)",
      ${truncateSql("created_by")} as creator, account_id as account, to_json(lineage)::text as lineage, ${createdSql()}`,
    derive: (row) => ({
      networks: listText(parseList(row["networks"])),
      lineage: listText(parseList(row["lineage"])),
      secret: storedDigest(row["hash"]),
      "HMAC key": storedDigest(row["sealed"]),
    }),
    initial: ({ actor, details }) => ({
      identity: comparable(details.identityId),
      profile: comparable(details.profileId),
      networks: listText(details.networks),
      uses: String(details.uses),
      used: "0",
      "expiration (UTC)": millisOf(details.expiresAt),
      secret: comparable(details.secretDigest),
      "HMAC key": comparable(details.bindingDigest),
      creator: comparable(actor.label),
      account: comparable((details.account as { id?: unknown } | undefined)?.id),
      lineage: listText(details.lineage),
      state: "active",
    }),
    transitions: {
      used: (before, { details }) => ({ ...before, used: String(details.use) }),
      revoked: endFields({ state: "revoked" }, "revocation date (near)"),
    },
  },
  {
    name: "CA permission",
    prefixes: ["ca-permission"],
    from: "ca_permission p left join ca_permission_decision d using (id)",
    labelField: "identity",
    created: "ca-permission.created",
    columns: `id, p.identity_id as identity, p.authority_id as authority, p.trust_domain as "trust domain", p.max_seconds::text as "longest lifetime", p.count::text as count, case when p.revoked_at is null then 'active' else 'revoked' end as state, ${millisSql("p.revoked_at")} as "revocation date (near)",
      coalesce(d.decision, 'waiting') as decision, ${truncateSql("p.created_by")} as creator, ${createdSql("p.created_at")}`,
    initial: ({ actor, details }) => ({
      identity: comparable(details.identityId),
      authority: comparable(details.authorityId),
      "trust domain": comparable(details.trustDomain),
      "longest lifetime": String(details.maxSeconds),
      count: String(details.count),
      creator: comparable(actor.label),
      state: "active",
      decision: "waiting",
    }),
    transitions: {
      confirmed: setFields({ decision: "confirmed" }),
      rejected: setFields({ decision: "rejected" }),
      revoked: endFields({ state: "revoked" }, "revocation date (near)"),
    },
  },
  {
    name: "login",
    from: "login",
    labelField: "identity",
    created: "login.created",
    // Expired ones are deleted.
    mayBeMissing: () => true,
    columns: `id, identity_id as identity, concat_ws(' and ', token_id, certificate_id) as credential, encode(secret_hash, 'hex') as hash, ${millisSql("expires_at")} as "expiration (UTC)", ${createdSql()}`,
    derive: (row) => ({ secret: storedDigest(row["hash"]) }),
    initial: ({ actor, details }) => ({
      identity: comparable(details.identityId),
      credential: actor.id,
      secret: comparable(details.secretDigest),
      "expiration (UTC)": millisOf(details.expiresAt),
    }),
    transitions: {},
  },
];
