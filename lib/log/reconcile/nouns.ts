import { custodyNouns } from "./custody-nouns";
import { type Fields, fit, millisOf, secondsOf, textOf } from "./fields";
import type { Noun } from "./noun";
import { become, changed, cut, millis, type Plain, plainNoun, seconds } from "./plain-noun";

const plains: readonly Plain[] = [
  {
    name: "organization",
    from: "organization",
    columns: `id, ${cut("name")} as name`,
    created: "organization.created",
    make: ({ details }) => ({ name: fit(details.name) }),
    steps: {},
  },
  {
    name: "authority",
    key: "a.id",
    from: "authority a join signing_key k on k.id = a.key_id left join certificate c on c.id = a.certificate_id",
    call: "slug",
    columns: `a.id, a.slug, ${cut("a.name")} as name, a.status, a.key_algorithm as "key algorithm", a.parent_id as parent, encode(sha256(k.spki_der), 'hex') as key,
      a.certificate_id as certificate, ${seconds("a.not_after")} as "end (seconds)", case when a.certificate_der is distinct from c.der then 'another' else 'the one issued' end as "certificate's content"`,
    created: "authority.created",
    make: ({ target, details }) => ({
      slug: fit(details.slug),
      name: fit(target?.label),
      status: "pending",
      "key algorithm": fit(details.keyAlgorithm),
      parent: fit(details.parentId),
      key: fit(details.spkiSha256),
      certificate: null,
      "end (seconds)": null,
      "certificate's content": "the one issued",
    }),
    steps: {
      activated: (before, { details }) => ({
        ...before,
        status: "active",
        certificate: fit(details.certificateId),
        "end (seconds)": secondsOf(details.notAfter),
      }),
      updated: changed({ name: "name", status: "status" }),
    },
  },
  {
    name: "profile",
    key: "p.id",
    from: "profile p left join authority a on a.id = p.authority_id",
    call: "slug",
    created: "profile.created",
    columns: `p.id, p.slug, ${cut("p.name")} as name, ${cut("p.description")} as description, p.status, p.version::text as version, p.rules::text as rules, a.slug as authority`,
    make: ({ details }) => ({
      slug: fit(details.slug),
      version: textOf(details.version),
      rules: fit(details.rulesSha256),
      status: "active",
    }),
    steps: {
      updated: (before, record) => ({
        ...changed({
          name: "name",
          description: "description",
          authority: "authority",
          status: "status",
        })(before, record),
        version: textOf(record.details.version),
        rules: fit(record.details.rulesSha256),
      }),
    },
  },
  {
    name: "identity",
    from: "identity",
    columns: `id, ${cut("name")} as name, kind, ${cut("owner")} as owner, status, ${cut("note")} as note, left(array_to_string(networks, ', '), 150) as networks`,
    created: "identity.created",
    make: ({ target, details }) => ({
      name: fit(target?.label),
      kind: fit(details.kind),
      owner: fit(details.owner),
      status: "active",
      networks: fit(details.networks ?? ""),
    }),
    steps: {
      updated: changed({ name: "name", owner: "owner", note: "note", networks: "networks" }),
      suspended: become({ status: "suspended" }),
      activated: become({ status: "active" }),
    },
  },
  {
    name: "account",
    from: "account",
    columns: `id, ${cut("email")} as email, ${cut("name")} as name, role, status, identity_id as identity`,
    created: "account.created",
    call: "email",
    make: ({ details }) => ({
      email: fit(details.email),
      role: fit(details.role),
      status: "active",
      identity: null,
    }),
    steps: {
      updated: changed({ name: "name", role: "role", status: "status", identity: "identity" }),
    },
  },
  {
    name: "token",
    from: "api_token",
    created: "token.created",
    columns: `id, ${cut("name")} as name, role, identity_id as identity, ${millis("expires_at")} as "end (UTC)", case when revoked_at is null then 'in force' else 'revoked' end as state`,
    make: ({ details }) => ({
      name: fit(details.name),
      role: fit(details.role),
      identity: fit(details.identityId),
      "end (UTC)": millisOf(details.expiresAt),
      state: "in force",
    }),
    steps: { revoked: become({ state: "revoked" }) },
  },
  {
    name: "crl",
    from: "crl",
    created: "crl.issued",
    call: "number",
    steps: {},
    columns: `id, authority_id as authority, shard, number::text as number, entry_count::text as "number of entries", ${seconds("next_update")} as "next update (seconds)",
      case when der is not null then encode(sha256(der), 'hex') end as content`,
    make: ({ details }) => ({
      authority: fit(details.authorityId),
      shard: fit(details.shard),
      number: fit(details.number),
      "number of entries": textOf(details.entryCount),
      "next update (seconds)": secondsOf(details.nextUpdate),
      content: fit(details.sha256),
    }),
  },
];

/** Everything but certificates. */
export const makeNouns = (): Noun<Fields>[] => [...plains, ...custodyNouns].map(plainNoun);
