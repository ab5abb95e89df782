import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appPrivileges } from "./app-privileges";
import { guardedTables } from "./guarded-tables";
import { createTestCa } from "@/testing/ca/create-test-ca";
import type { Harness } from "@/testing/harness";
import { makeId } from "@/testing/log/entries";
import { entryFor } from "@/testing/log/guard-statements";
import type { EntryAction } from "@/lib/log/types";

// What an attacker with the application's role can't do, whatever entries they write with it.
let harness: Harness;
let admin: string;
let other: string;
let certificate: string;
beforeAll(async () => {
  harness = await createTestCa();
  const one = async (sql: string) =>
    String(Object.values((await harness.asSuper(sql))[0] ?? {})[0]);
  admin = await one("select id from account where role = 'admin' limit 1");
  other = makeId("usr");
  await harness.as(
    "app",
    `begin; ${entryFor(other, "account.created", { details: { email: "o@example.com", role: "auditor" } })};
     insert into account (id, email, name, role, status, created_at, changed_at) values ('${other}', 'o@example.com', 'o', 'auditor', 'active', now(), now()); commit`,
  );
  certificate = await one("select id from certificate where state = 'issued' limit 1");
  await harness.sequence();
});
afterAll(() => harness.close());

const denied = { code: "42501" };
const unrecorded = { code: "23514", constraint: "needs_entry" };
const attempt = (...statements: string[]) =>
  harness.as("app", `begin; ${statements.join("; ")}; commit`);

const session = (account: string) =>
  `insert into session (id, account_id, created_at, expires_at, idle_until, ip, user_agent) values ('ses_forged', '${account}', now(), now() + interval '1 hour', now() + interval '1 hour', '', '')`;

describe("an administrator is not made", () => {
  const promote = () =>
    `update account set role = 'admin', changed_at = now() where id = '${other}'`;

  test.each<EntryAction>([
    "account.read",
    "identity.updated",
    "account.created",
    "session.started",
  ])("under the entry %s", async (action) => {
    await expect(attempt(entryFor(other, action), promote())).rejects.toMatchObject(unrecorded);
  });

  test("under an entry that says another change, another role, or that was denied", async () => {
    const says = (changes: object, outcome: "success" | "denied" = "success") =>
      entryFor(other, "account.updated", { outcome: outcome as "success", details: { changes } });
    for (const entry of [
      says({ name: { from: "o", to: "p" } }),
      says({ role: { from: "auditor", to: "operator" } }),
      says({ role: { from: "auditor", to: "admin" } }, "denied"),
    ])
      await expect(attempt(entry, promote())).rejects.toMatchObject(unrecorded);
  });

  const insertBytes = (text: string, id: string) =>
    `insert into tlog.inbox (entry, entry_id, target_id) values (convert_to('${text}', 'UTF8'), '${id}', '${other}')`;
  const promoting = (id: string) =>
    `"action":"account.updated","details":{"changes":{"role":{"from":"auditor","to":"admin"}}},"id":"${id}","outcome":"success","target":{"id":"${other}"}`;

  test("unless the entry is what each reader takes its bytes for", async () => {
    const id = makeId("ent");
    const demote = `update account set role = 'auditor', changed_at = now() where id = '${other}'`;
    const back = promoting(makeId("ent")).replace('"to":"admin"', '"to":"auditor"');
    const undo = attempt.bind(null, insertBytes(`{${back}}`, /ent_\w+/.exec(back)?.[0] ?? ""));
    await expect(attempt(insertBytes(`{${promoting(id)}}`, id), promote())).resolves.toBeDefined();
    await expect(undo(demote)).resolves.toBeDefined();
  });

  test("under an entry with two members of one name, of which each reader would take another", async () => {
    const id = makeId("ent");
    for (const text of [
      `{"action":"account.read",${promoting(id)}}`,
      `{${promoting(id)},"target":{"id":"${other}"}}`,
      `{${promoting(id).replace('"from":"auditor"', '"from":"auditor","from":"operator"')}}`,
      `{${promoting(id)},"id":"${id}"}`,
    ])
      await expect(attempt(insertBytes(text, id), promote())).rejects.toMatchObject(unrecorded);
  });

  test("under an entry whose bytes have another ID than its row, at any depth", async () => {
    const [id, stored] = [makeId("ent"), makeId("ent")];
    const text = `{${promoting(id).replace('"details":{', `"details":{"id":"${stored}",`)}}`;
    await expect(attempt(insertBytes(text, stored), promote())).rejects.toMatchObject(unrecorded);
  });

  test("by an account that is created with another role than its entry says", async () => {
    const id = makeId("usr");
    await expect(
      attempt(
        entryFor(id, "account.created", { details: { email: "x", role: "auditor" } }),
        `insert into account (id, email, name, role, status, created_at, changed_at) values ('${id}', 'x@example.com', 'x', 'admin', 'active', now(), now())`,
      ),
    ).rejects.toMatchObject(unrecorded);
  });

  test("by a session without its entry, under a quiet one, or under one of another account", async () => {
    await expect(attempt(session(admin))).rejects.toMatchObject(unrecorded);
    for (const entry of [
      entryFor("ses_forged", "account.read"),
      entryFor(admin, "session.started"),
      entryFor("ses_forged", "session.started"),
    ])
      await expect(attempt(entry, session(admin))).rejects.toMatchObject(unrecorded);
  });
});

describe("keys and certificates", () => {
  test("the application neither changes nor adds a key of a CA", async () => {
    for (const sql of [
      "update signing_key set spki_der = '\\x00'",
      "delete from signing_key",
      "insert into signing_key values ('key_mine', 'P-256', '\\x00', now())",
      "select * from signer.sealed_key",
    ])
      await expect(attempt(sql)).rejects.toMatchObject(denied);
  });

  test("a blocked key is never unblocked, by any role and under any entry", async () => {
    const spki = `(select spki_sha256 from certificate where id = '${certificate}')`;
    const compromised = entryFor(certificate, "certificate.revoked", {
      details: { reason: "keyCompromise" },
    });
    await attempt(compromised, `update public_key set blocked = true where spki_sha256 = ${spki}`);
    for (const role of ["app", "super"] as const)
      for (const action of ["certificate.released", "certificate.revoked", "key.created"] as const)
        await expect(
          harness.as(
            role,
            `begin; ${entryFor(certificate, action, { details: { reason: "keyCompromise" } })}; update public_key set blocked = false where spki_sha256 = ${spki}; commit`,
          ),
        ).rejects.toMatchObject(unrecorded);
  });

  test("a revocation is not taken back under any entry about the certificate", async () => {
    const revoke = entryFor(certificate, "certificate.revoked", {
      details: { reason: "superseded" },
    });
    await attempt(
      revoke,
      `update certificate set state = 'revoked', revoked_at = now(), revocation_reason = 'superseded' where id = '${certificate}'`,
    );
    for (const action of ["certificate.released", "certificate.issued"] as const)
      await expect(
        attempt(
          entryFor(certificate, action),
          `update certificate set state = 'issued', revoked_at = null, revocation_reason = null where id = '${certificate}'`,
        ),
      ).rejects.toMatchObject({ code: "23514" });
  });
});

describe("ids, and what gives a row its meaning, never change", () => {
  const fixed = Object.entries(guardedTables).flatMap(([table, guard]) =>
    guard.fixed.map((column) => [table, column] as const),
  );
  test.each(fixed)("%s.%s", async (table, column) => {
    await expect(attempt(`update ${table} set "${column}" = "${column}"`)).rejects.toMatchObject(
      denied,
    );
  });

  test("for the owner and a superuser neither", async () => {
    for (const role of ["owner", "super"] as const)
      for (const [table, set] of [
        ["account", "id = id || 'x'"],
        ["session", "account_id = 'usr_x'"],
        ["identity", "id = id || 'x'"],
        ["authority", "key_id = 'key_x'"],
        ["certificate", "identity_id = 'idn_x'"],
        ["api_token", "secret_hash = '\\x00'"],
        ["proxy", "identity_id = 'idn_x'"],
        ["policy", "service = 'x'"],
        ["profile", "slug = 'x'"],
      ] as const) {
        const rows = await harness.asSuper(`select from ${table} limit 1`);
        if (rows.length === 0) continue;
        await expect(
          harness.as(
            role,
            `set session_replication_role = ${role === "super" ? "replica" : "origin"}; update ${table} set ${set}`,
          ),
        ).rejects.toMatchObject({ code: expect.stringMatching(/^(23514|42501)$/) });
      }
  });
});

describe("nothing is deleted or emptied", () => {
  test.each(Object.keys(guardedTables))("%s", async (table) => {
    await expect(attempt(`truncate ${table} cascade`)).rejects.toMatchObject(denied);
    await expect(harness.as("super", `truncate ${table} cascade`)).rejects.toMatchObject(denied);
  });

  test.each(Object.keys(guardedTables).filter((name) => !guardedTables[name]?.deleted))(
    "no row of %s",
    async (table) => {
      await expect(attempt(`delete from ${table}`)).rejects.toMatchObject(denied);
    },
  );
});

describe("what is derived from the log changes only with it", () => {
  test.each([
    "update custody.cursor set upto = upto - 1",
    "update custody.use set count = 0",
    "delete from custody.use",
    "insert into custody.use (identity_id, certificate_id, network, service) values ('x', 'x', 'x', 'x')",
    "delete from custody.moments",
    "delete from custody.alert_entry",
    "update alert_figures set count = 0",
    "delete from tlog.skipped_entry",
  ])("%s", async (sql) => {
    await expect(attempt(sql)).rejects.toMatchObject(denied);
  });

  test("the cursor of the alerts moves neither backward nor beyond the log", async () => {
    const [row] = await harness.asSuper(
      "select upto::int as upto, (select size::int from tlog.head) as size from custody.cursor",
    );
    const { upto, size } = row as { upto: number; size: number };
    const take = (to: number) =>
      `select custody.take_batch('${JSON.stringify({ from: upto, to, at: "2026-01-01Z", uses: [], tallies: [], issued: [], hours: [], moments: [], more: [] })}')`;
    for (const to of [upto - 1, size + 1])
      await expect(attempt(take(to))).rejects.toMatchObject({ code: "22023" });
  });
});

describe("a delivery only goes on", () => {
  const deliver = (set: string) => `update delivery set ${set} where id = 'dlv_one'`;
  beforeAll(async () => {
    const destination = makeId("dst");
    await attempt(
      entryFor(destination, "destination.created"),
      entryFor(destination, "destination.tested"),
      `insert into destination (id, kind, name, status, config, min_severity, created_at, changed_at) values ('${destination}', 'email', 'x', 'active', '{}', 'low', now(), now())`,
      `insert into delivery (id, destination_id, reason, status, next_at, created_at) values ('dlv_one', '${destination}', 'test', 'pending', now(), now())`,
    );
  });

  test("one without the entry that it reports is refused, and so is another destination", async () => {
    await expect(
      attempt(
        "insert into delivery (id, destination_id, reason, status, next_at, created_at) select 'dlv_two', destination_id, reason, status, next_at, created_at from delivery",
      ),
    ).rejects.toMatchObject(unrecorded);
    await expect(attempt(deliver("destination_id = 'x'"))).rejects.toMatchObject(denied);
  });

  test("it is not sent without an attempt that succeeded, not deleted while it is pending, and stays once it is finished", async () => {
    const refused = { constraint: "delivery_goes_on" };
    await expect(attempt(deliver("status = 'sent'"))).rejects.toMatchObject(refused);
    await expect(attempt("delete from delivery")).rejects.toMatchObject(refused);
    await attempt(deliver("status = 'failed', finished_at = now()"));
    await expect(attempt(deliver("status = 'pending'"))).rejects.toMatchObject(refused);
  });
});

describe("functions of the owner demand the entry of what they do", () => {
  const halt = `select tlog.halt('{"code": "x", "origin": "o"}')`;
  test("the log is not halted without the entry of it", async () => {
    await expect(attempt(halt)).rejects.toMatchObject(unrecorded);
    await expect(attempt(entryFor("o", "log.read"), halt)).rejects.toMatchObject(unrecorded);
    await expect(
      attempt(entryFor("other", "log.halted", { details: { code: "x" } }), halt),
    ).rejects.toMatchObject(unrecorded);
  });

  test("a log is neither opened nor continued with a key that the signer did not make", async () => {
    for (const sql of [
      "select tlog.open_log('evil.example/log/1', null)",
      "select tlog.continue_log('evil.example/log/1', '', '{}', 0, '\\x7b7d')",
    ])
      await expect(attempt(sql)).rejects.toMatchObject({
        code: expect.stringMatching(/^(55000|22023)$/),
      });
  });

  test("no tile is stored where the tree has not come yet, and none with other hashes than its entries have", async () => {
    const tile = `decode(repeat('00', 8192), 'hex')`;
    const grow = (to: number, level: number, at: number, edge = "'{}'") =>
      attempt(
        `select tlog.grow_tree((select size from tlog.tree), ${to}, ${edge}, '{${level}}', '{${at}}', array[${tile}])`,
      );
    const [row] = await harness.asSuper("select size::int as size from tlog.tree");
    const size = Number(row?.["size"]);
    for (const [to, level, at] of [
      [size, 0, 0],
      [size, 0, 5_000],
      [size, 3, 0],
      [size, 7, 0],
      [size + 1, 0, 1],
    ] as const)
      await expect(grow(to, level, at)).rejects.toMatchObject({ code: "22023" });
    await expect(attempt("insert into tlog.tile values (0, 0, '')")).rejects.toMatchObject(denied);
  });

  test("no checkpoint is stored that the log has not reached", async () => {
    for (const sql of [
      "select tlog.add_checkpoint(1, 999999, decode(repeat('00', 32), 'hex'), 'x')",
      "select tlog.add_checkpoint(7, 0, decode(repeat('00', 32), 'hex'), 'x')",
    ])
      await expect(attempt(sql)).rejects.toMatchObject({ code: "22023" });
  });

  test.each([
    "update intake.run set accepted = '{[1,1000000)}'",
    "insert into intake.run (identity_id, source, boot, first_at, last_at) select id, 's', 'b', now(), now() from identity limit 1",
    "insert into intake.receipt (run, seq, digest, entry_id, at) values (1, 1, decode(repeat('00', 32), 'hex'), 'ent_x', now())",
    "delete from intake.receipt",
  ])("no event passes for one that has arrived, or for one that hasn't: %s", async (sql) => {
    await expect(attempt(sql)).rejects.toMatchObject(denied);
  });

  test("what no statement of the application needs it can't call", async () => {
    const rows = await harness.asSuper(
      "select n.nspname || '.' || p.proname as name, has_function_privilege('chancery_app', p.oid, 'execute') as may from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('tlog', 'custody', 'intake', 'signer')",
    );
    const callable = new Set(rows.filter((row) => row["may"]).map((row) => String(row["name"])));
    expect([...callable].toSorted()).toEqual(appPrivileges.functions.toSorted());
  });
});
