import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditedTransaction } from "./audited-transaction";
import { recordEntry } from "./record-entry";
import { operatorActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { identityCreated, identityRow, makeId, readEntry } from "@/testing/log/entries";
import {
  roles,
  identity,
  certificate,
  authority,
  profile,
  hex,
  entryFor,
  certificateSql,
} from "@/testing/log/guard-statements";

let log: Harness;

beforeAll(async () => {
  log = await openHarness({ sequencer: false, connections: 80 });
  await auditedTransaction(log.deps.recorder, operatorActor(), async (tx) => {
    await tx.identity.create({ data: identityRow(identity) });
    await tx.$executeRaw`insert into public_key (spki_sha256, identity_id, created_at) values (${new Uint8Array(32).fill(0x5a)}, ${identity}, now())`;
    return { result: null, entries: [identityCreated(identity)] };
  });
  await log.as(
    "super",
    `begin; ${entryFor(authority)}; ${entryFor(profile)}; ${entryFor(certificate)};
    ${entryFor("key_1")}; insert into signing_key values ('key_1', 'P-256', '\\x00', now());
    insert into authority (id, slug, name, kind, status, key_algorithm, key_id, subject_text, crl_period_seconds, created_at) values ('${authority}', 'issuing', 'Issuing', 'issuing', 'pending', 'P-256', 'key_1', 'CN=Issuing', 3600, now());
    insert into profile (id, slug, name, description, system, status, version, rules, created_at, changed_at) values ('${profile}', 'tls-server', 'TLS', '', false, 'active', 1, '{}', now(), now());
    ${certificateSql(certificate, hex(16))}; commit`,
  );
  await recordEntry(log.deps.recorder, operatorActor(), readEntry("/certificates"));
  await log.sequence();
  await recordEntry(log.deps.recorder, operatorActor(), readEntry("/identities"));
});
afterAll(async () => {
  await log.close();
});

describe("no entry, no change", () => {
  const noEntry = { code: "23514", constraint: "needs_entry" };

  test.each(roles)(
    "a certificate's row inserted by %s without an entry is refused at commit",
    async (role) => {
      const id = makeId("crt");
      await expect(log.as(role, certificateSql(id, hex(16, "11")))).rejects.toMatchObject(noEntry);
      await expect(
        log.as(role, `begin; ${certificateSql(id, hex(16, "11"))}; commit`),
      ).rejects.toMatchObject(noEntry);
      await expect(
        log.as(
          role,
          `begin; ${entryFor(makeId("crt"))}; ${certificateSql(id, hex(16, "11"))}; commit`,
        ),
      ).rejects.toMatchObject(noEntry);
    },
  );

  test.each(roles)(
    "a certificate's row changed by %s without an entry is refused at commit",
    async (role) => {
      await expect(
        log.as(role, `update certificate set state = 'failed' where id = '${certificate}'`),
      ).rejects.toMatchObject(noEntry);
    },
  );

  test("an entry of an earlier transaction is none of this one", async () => {
    await expect(
      log.as(
        "app",
        `${entryFor(certificate)}; commit; update certificate set supersede_at = now() where id = '${certificate}'`,
      ),
    ).rejects.toMatchObject(noEntry);
  });

  test("replication mode and constraints set to immediate do not help", async () => {
    await expect(
      log.as(
        "super",
        `set session_replication_role = replica; update certificate set state = 'failed' where id = '${certificate}'`,
      ),
    ).rejects.toMatchObject(noEntry);
    await expect(
      log.as(
        "app",
        `begin; set constraints all immediate; update certificate set state = 'failed' where id = '${certificate}'; ${entryFor(certificate)}; commit`,
      ),
    ).rejects.toMatchObject(noEntry);
  });

  test.each([
    "organization",
    "authority",
    "profile",
    "identity",
    "certificate",
    "crl",
    "account",
    "api_token",
    "invitation",
  ])("%s is guarded: no change without entry, no delete, no truncate", async (table) => {
    const [guards] = await log.as(
      "super",
      `select array_agg(tgname::text || ' ' || tgenabled::text order by tgname) from pg_trigger where tgrelid = '${table}'::regclass and tgname in ('needs_entry', 'no_delete', 'no_truncate')`,
    );
    expect(guards).toEqual(["needs_entry A", "no_delete A", "no_truncate A"]);
    await expect(log.as("super", `truncate ${table} cascade`)).rejects.toMatchObject({
      code: "42501",
    });
  });

  test.each(roles)("%s deletes no certificate, entry or not", async (role) => {
    await expect(
      log.as(
        role,
        `begin; ${entryFor(certificate)}; delete from certificate where id = '${certificate}'; commit`,
      ),
    ).rejects.toMatchObject({ code: "42501" });
  });

  test("with an entry that names it, the same change commits", async () => {
    await log.as(
      "app",
      `begin; ${entryFor(certificate, "certificate.rotated")}; update certificate set supersede_at = now() where id = '${certificate}'; commit`,
    );
    expect(
      await log.as(
        "app",
        `select supersede_at is not null from certificate where id = '${certificate}'`,
      ),
    ).toEqual([true]);
  });
});

describe("what was planned, signed or revoked is never rewritten", () => {
  const actions = [
    "certificate.issued",
    "certificate.held",
    "certificate.released",
    "certificate.revoked",
    "certificate.rotated",
  ] as const;
  const change = (set: string, id = certificate) =>
    log.as(
      "super",
      `begin; ${actions.map((action) => entryFor(id, action)).join(";")}; update certificate set ${set} where id = '${id}'; commit`,
    );

  test.each([
    "serial = '\\x22222222222222222222222222222222'",
    "tbs_der = '\\x00'",
    "not_after = now()",
    "plan_entry_id = 'ent_other'",
    "subject_text = 'CN=other'",
    "sans = '{other.example.com}'",
    "profile_version = 2",
    "id = 'crt_other'",
  ])("a plan keeps its %s", async (set) => {
    await expect(change(set)).rejects.toThrow(/never rewritten|violates|without an entry/);
  });

  test.each([
    ["15 octets", hex(15)],
    ["20 octets", hex(20)],
    ["a negative number", hex(16, "80")],
    ["a leading zero", hex(16, "00")],
  ])("a serial of %s is refused", async (_, serial) => {
    const id = makeId("crt");
    await expect(
      log.as("super", `begin; ${entryFor(id)}; ${certificateSql(id, serial)}; commit`),
    ).rejects.toMatchObject({ code: "23514", constraint: "serial_length" });
  });

  test("a serial is used once by an issuer", async () => {
    const id = makeId("crt");
    await expect(
      log.as("super", `begin; ${entryFor(id)}; ${certificateSql(id, hex(16))}; commit`),
    ).rejects.toMatchObject({ code: "23505" });
  });

  test("a certificate's key belongs to its identity, and a key never changes its owner", async () => {
    const other = makeId("idn");
    const id = makeId("crt");
    await log.as(
      "super",
      `begin; ${entryFor(other)}; insert into identity values ('${other}', 'service', '${other}', 'x', 'active', '', now(), now()); commit`,
    );
    await expect(
      log.as(
        "super",
        `begin; ${entryFor(id)}; ${certificateSql(id, hex(16, "33")).replace(`'${identity}'`, `'${other}'`)}; commit`,
      ),
    ).rejects.toMatchObject({ code: "23503", constraint: "key_has_one_owner" });
    await expect(
      log.as("super", `update public_key set identity_id = '${other}'`),
    ).rejects.toMatchObject({ constraint: "key_keeps_owner" });
    await expect(log.as("super", "delete from public_key")).rejects.toMatchObject({
      code: "42501",
    });
  });

  test("an issued certificate keeps its bytes, a revoked one its date, and its reason only rises", async () => {
    await expect(change("state = 'issued'")).rejects.toMatchObject({
      constraint: "issued_is_whole",
    });
    await change(
      `state = 'issued', der = '\\x01', fingerprint_sha256 = ${hex(32)}, issued_at = now()`,
    );
    await expect(change("state = 'planned'")).rejects.toMatchObject({
      constraint: "certificate_is_fixed",
    });
    await expect(change("der = '\\x02'")).rejects.toMatchObject({
      constraint: "certificate_is_fixed",
    });
    await expect(change("state = 'revoked'")).rejects.toMatchObject({
      constraint: "revoked_is_dated",
    });
    await change("state = 'held', revoked_at = now(), revocation_reason = 'certificateHold'");
    await change("state = 'issued', revoked_at = null, revocation_reason = null");
    await change("state = 'revoked', revoked_at = now(), revocation_reason = 'superseded'");
    for (const set of [
      "revoked_at = now() + interval '1 hour'",
      "state = 'issued', revoked_at = null",
      "state = 'held'",
      "revocation_reason = 'unspecified'",
      "revocation_reason = null",
    ]) {
      await expect(change(set)).rejects.toMatchObject({ constraint: "certificate_is_fixed" });
    }
    await change("revocation_reason = 'keyCompromise'");
    await expect(change("revocation_reason = 'superseded'")).rejects.toMatchObject({
      constraint: "certificate_is_fixed",
    });
  });
});
