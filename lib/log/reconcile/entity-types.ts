import { custodyEntityTypes } from "./custody-entity-types";
import { type Fields, comparable, millisOf, secondsOf, textOf } from "./fields";
import type { EntityType } from "./entity-type";
import {
  setFields,
  applyChanges,
  truncateSql,
  millisSql,
  type PlainEntityType,
  makePlainEntityType,
  secondsSql,
} from "./plain-entity-type";

const coreEntityTypes: readonly PlainEntityType[] = [
  {
    name: "organization",
    from: "organization",
    columns: `id, ${truncateSql("name")} as name`,
    created: "organization.created",
    initial: ({ details }) => ({ name: comparable(details.name) }),
    transitions: {},
  },
  {
    name: "authority",
    key: "a.id",
    from: "authority a join signing_key k on k.id = a.key_id left join certificate c on c.id = a.certificate_id",
    labelField: "slug",
    columns: `a.id, a.slug, ${truncateSql("a.name")} as name, a.status, a.key_algorithm as "key algorithm", a.parent_id as parent, encode(sha256(k.spki_der), 'hex') as key,
      a.certificate_id as certificate, ${secondsSql("a.not_after")} as "expiration (seconds)", case when a.certificate_der is distinct from c.der then 'different' else 'as issued' end as "certificate's content"`,
    created: "authority.created",
    initial: ({ target, details }) => ({
      slug: comparable(details.slug),
      name: comparable(target?.label),
      status: "pending",
      "key algorithm": comparable(details.keyAlgorithm),
      parent: comparable(details.parentId),
      key: comparable(details.spkiSha256),
      certificate: null,
      "expiration (seconds)": null,
      "certificate's content": "as issued",
    }),
    transitions: {
      activated: (before, { details }) => ({
        ...before,
        status: "active",
        certificate: comparable(details.certificateId),
        "expiration (seconds)": secondsOf(details.notAfter),
      }),
      updated: applyChanges({ name: "name", status: "status" }),
    },
  },
  {
    name: "profile",
    key: "p.id",
    from: "profile p left join authority a on a.id = p.authority_id",
    labelField: "slug",
    created: "profile.created",
    columns: `p.id, p.slug, ${truncateSql("p.name")} as name, ${truncateSql("p.description")} as description, p.status, p.version::text as version, p.rules::text as rules, a.slug as authority`,
    initial: ({ details }) => ({
      slug: comparable(details.slug),
      version: textOf(details.version),
      rules: comparable(details.rulesSha256),
      status: "active",
    }),
    transitions: {
      updated: (before, record) => ({
        ...applyChanges({
          name: "name",
          description: "description",
          authority: "authority",
          status: "status",
        })(before, record),
        version: textOf(record.details.version),
        rules: comparable(record.details.rulesSha256),
      }),
    },
  },
  {
    name: "identity",
    from: "identity",
    columns: `id, ${truncateSql("name")} as name, kind, ${truncateSql("owner")} as owner, status, ${truncateSql("note")} as note, left(array_to_string(networks, ', '), 150) as networks`,
    created: "identity.created",
    initial: ({ target, details }) => ({
      name: comparable(target?.label),
      kind: comparable(details.kind),
      owner: comparable(details.owner),
      status: "active",
      networks: comparable(details.networks ?? ""),
    }),
    transitions: {
      updated: applyChanges({ name: "name", owner: "owner", note: "note", networks: "networks" }),
      suspended: setFields({ status: "suspended" }),
      activated: setFields({ status: "active" }),
    },
  },
  {
    name: "account",
    from: "account",
    columns: `id, ${truncateSql("email")} as email, ${truncateSql("name")} as name, role, status, identity_id as identity`,
    created: "account.created",
    labelField: "email",
    initial: ({ details }) => ({
      email: comparable(details.email),
      role: comparable(details.role),
      status: "active",
      identity: null,
    }),
    transitions: {
      updated: applyChanges({ name: "name", role: "role", status: "status", identity: "identity" }),
    },
  },
  {
    name: "invitation",
    key: "i.id",
    from: "invitation i join account a on a.id = i.account_id",
    columns: `i.id, ${truncateSql("a.email")} as email, ${millisSql("i.expires_at")} as "expiration (UTC)",
      case when i.used_at is not null then 'accepted' when i.canceled_at is not null then 'canceled' else 'open' end as state`,
    created: "invitation.created",
    labelField: "email",
    initial: ({ details }) => ({
      email: comparable(details.email),
      "expiration (UTC)": millisOf(details.expiresAt),
      state: "open",
    }),
    transitions: {
      accepted: setFields({ state: "accepted" }),
      canceled: setFields({ state: "canceled" }),
    },
  },
  {
    name: "token",
    from: "api_token",
    created: "token.created",
    columns: `id, ${truncateSql("name")} as name, role, identity_id as identity, ${millisSql("expires_at")} as "expiration (UTC)", case when revoked_at is null then 'active' else 'revoked' end as state`,
    initial: ({ details }) => ({
      name: comparable(details.name),
      role: comparable(details.role),
      identity: comparable(details.identityId),
      "expiration (UTC)": millisOf(details.expiresAt),
      state: "active",
    }),
    transitions: { revoked: setFields({ state: "revoked" }) },
  },
  {
    name: "crl",
    from: "crl",
    created: "crl.issued",
    labelField: "number",
    transitions: {},
    columns: `id, authority_id as authority, shard, number::text as number, entry_count::text as "number of entries", ${secondsSql("next_update")} as "next update (seconds)",
      case when der is not null then encode(sha256(der), 'hex') end as content`,
    initial: ({ details }) => ({
      authority: comparable(details.authorityId),
      shard: comparable(details.shard),
      number: comparable(details.number),
      "number of entries": textOf(details.entryCount),
      "next update (seconds)": secondsOf(details.nextUpdate),
      content: comparable(details.sha256),
    }),
  },
];

/** All entity types except certificates. */
export const makeEntityTypes = (): EntityType<Fields>[] =>
  [...coreEntityTypes, ...custodyEntityTypes].map(makePlainEntityType);
