import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAccount } from "@/lib/accounts/create-account";
import { credentialDigest } from "@/lib/log/credential-digest";
import { makeEntry, encodeEntry } from "@/lib/log/entry";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { getStatus } from "@/lib/status/read-status";
import { authenticateToken } from "@/lib/tokens/authenticate-token";
import { hashSecret } from "@/lib/tokens/token-secret";
import { adminActor, system } from "@/testing/actors";
import { createTestIdentity } from "@/testing/ca/create-test-ca";
import { openTamperLog, type TamperLog } from "@/testing/log/tamper-fixture";

const admin = adminActor();
const request = { address: system.address, requestId: "req_1", correlationId: "req_1" };
let log: TamperLog;
beforeAll(async () => {
  log = await openTamperLog();
}, 300_000);
afterAll(() => log.harness.close());

/** Writes entries into the inbox as the application's role can, with an ID of their own. */
async function forge(entry: Parameters<typeof makeEntry>[1]): Promise<string> {
  const { clock, random } = log.harness.deps;
  const made = makeEntry(admin, entry, { now: clock.now(), randomBytes: random.bytes });
  await log.harness.deps.db.pool.query("insert into tlog.inbox (entry, entry_id) values ($1, $2)", [
    Buffer.from(encodeEntry(made)),
    made.id,
  ]);
  return made.id;
}

describe("a certificate that no authority signed", () => {
  const serial = "7d".repeat(17);

  test("is named, and is neither good nor valid, although its entries were put into the log", async () => {
    const id = "crt_0123456789abcdefghjkmnpqrs";
    await log.harness.asSuper(
      `create table forged as select * from certificate where id = '${log.ids.certificate}'`,
    );
    await log.harness.asSuper("alter table forged drop column search_text, drop column status_xid");
    const der = Buffer.from("3003020101", "hex");
    await log.harness.asSuper(
      `update forged set id = '${id}', serial = '\\x${serial}', der = '\\x${der.toString("hex")}', fingerprint_sha256 = sha256('\\x${der.toString("hex")}'), predecessor_id = null, created_at = now()`,
    );
    const [row] = await log.harness.asSuper(
      "select *, encode(spki_sha256, 'hex') as key, encode(sha256(tbs_der), 'hex') as tbs, encode(fingerprint_sha256, 'hex') as fingerprint from forged",
    );
    const target = { kind: "certificate", id, label: "evil.example.com" };
    const plan = await forge({
      action: "certificate.planned",
      outcome: "success",
      target,
      details: {
        issuerId: String(row?.["issuer_id"]),
        serial,
        profileId: String(row?.["profile_id"]),
        profileVersion: Number(row?.["profile_version"]),
        identityId: String(row?.["identity_id"]),
        subject: String(row?.["subject_text"]),
        sans: row?.["sans"] as string[],
        notBefore: new Date(String(row?.["not_before"])).toISOString(),
        notAfter: new Date(String(row?.["not_after"])).toISOString(),
        spkiSha256: String(row?.["key"]),
        tbsSha256: String(row?.["tbs"]),
      },
    });
    await forge({
      action: "certificate.issued",
      outcome: "success",
      target,
      details: {
        serial,
        fingerprintSha256: String(row?.["fingerprint"]),
        tbsSha256: String(row?.["tbs"]),
      },
    });
    await log.harness.asSuper(
      `update forged set plan_entry_id = '${plan}', requested_by = '${admin.label}'`,
    );
    const [forged] = await log.harness.asSuper(
      "select string_agg(quote_ident(column_name), ', ') as columns from information_schema.columns where table_name = 'forged'",
    );
    const columns = String(forged?.["columns"]);
    await log.withoutGuards(`insert into certificate (${columns}) select ${columns} from forged`);
    await log.publish();
    const found = (await log.problems()).join("\n");
    expect(found).toMatch(
      /^state: The certificate crt_0123456789abcdefghjkmnpqrs .*its bytes are not a certificate/m,
    );
    expect(found).toMatch(/^sources: Entry \d+ \(certificate\.planned\) has no source number/m);
    expect(found).toMatch(/^sources: Entry \d+ \(certificate\.issued\) has no source number/m);
    const { status } = await getStatus(log.harness.deps, { authority: "issuing", serial });
    expect(status).toBe("unknown");
  });
});

describe("what was exchanged for a while and put back", () => {
  test("a token's hash: what was done with the other secret is named", async () => {
    const other = "chy_" + "A".repeat(log.secret.length - 4);
    const hash = (of: string) => Buffer.from(hashSecret(of)).toString("hex");
    await log.withoutGuards(
      `update api_token set secret_hash = '\\x${hash(other)}' where id = '${log.ids.token}'`,
    );
    const { actor } = await authenticateToken(log.harness.deps, other, request);
    expect(actor).not.toBeNull();
    await auditedTransaction(log.harness.deps.recorder, actor ?? system, async () => ({
      result: null,
      entries: [
        {
          action: "log.read",
          outcome: "success",
          target: null,
          details: { method: "GET", path: "/" },
        },
      ],
    }));
    await log.withoutGuards(
      `update api_token set secret_hash = '\\x${hash(log.secret)}' where id = '${log.ids.token}'`,
    );
    await log.publish();
    expect((await log.problems()).join("\n")).toMatch(
      /^credentials: Entry \d+ \(log\.read, ci\) was made with another secret than the token was created with/m,
    );
  });

  test("a token's role: what was done as an administrator is named", async () => {
    const role = (name: string) =>
      `update api_token set role = '${name}' where id = '${log.ids.token}'`;
    await log.withoutGuards(role("admin"));
    const { actor } = await authenticateToken(log.harness.deps, log.secret, request);
    await createAccount(log.harness.deps, actor ?? system, {
      email: "intruder@example.com",
      name: "Intruder",
      role: "admin",
    });
    await log.withoutGuards(role("auditor"));
    await log.publish();
    expect((await log.problems()).join("\n")).toMatch(
      /^credentials: Entry \d+ \(account\.created, ci\) was made with the role admin, but the role according to the log is auditor/m,
    );
  });

  test("a session that no sign-in started: what was done in it is named", async () => {
    const actor = adminActor({
      id: log.ids.account,
      secretDigest: credentialDigest("ses_invented"),
    });
    await auditedTransaction(log.harness.deps.recorder, actor, async () => ({
      result: null,
      entries: [
        {
          action: "log.read",
          outcome: "success",
          target: null,
          details: { method: "GET", path: "/" },
        },
      ],
    }));
    await log.publish();
    expect((await log.problems()).join("\n")).toMatch(
      /^credentials: Entry \d+ .*was made in a session that no earlier entry starts/m,
    );
  });
});

describe("the log's own tables", () => {
  test.each([
    [
      "the sources' arrivals",
      "update tlog.source set arrived = arrived + 1",
      "update tlog.source set arrived = arrived - 1",
      /^sources: The run .*entries arrived, but the log has/m,
    ],
    [
      "what the sources settled",
      "update tlog.source set settled = settled + 3",
      "update tlog.source set settled = settled - 3",
      /^sources: The run .*settled up to/m,
    ],
    [
      "the key of the log",
      "update tlog.log set vkey = vkey || 'x'",
      "update tlog.log set vkey = left(vkey, -1)",
      /^signature: /m,
    ],
    [
      "when entries were numbered",
      "update tlog.entry set sequenced_at = sequenced_at - interval '1 day' where seq > 5",
      "update tlog.entry set sequenced_at = sequenced_at + interval '1 day' where seq > 5",
      /^clocks: The entries 6 to \d+ are (?:dated after|numbered before)/m,
    ],
    [
      "when the newest entries were numbered",
      "update tlog.entry set sequenced_at = sequenced_at + interval '1 day' where seq > 5",
      "update tlog.entry set sequenced_at = sequenced_at - interval '1 day' where seq > 5",
      /^clocks: The checkpoint of \d+ entries was signed at .*, before an entry that it covers was numbered/m,
    ],
    [
      "when a checkpoint was published",
      "update tlog.checkpoint set published_at = published_at - interval '1 day'",
      "update tlog.checkpoint set published_at = published_at + interval '1 day'",
      /^clocks: The checkpoint of \d+ entries was published at .* before/m,
    ],
    [
      "a time stamp that no authority made",
      "insert into tlog.anchor select generation, size, 'tsa.example.com', note, '\\x30', now() from tlog.checkpoint order by size desc limit 1",
      "delete from tlog.anchor",
      /^anchors: The time stamp of \S+ \d+ tsa.example.com: no entry states it/m,
    ],
  ])("%s", async (_what, attack, undo, finding) => {
    await log.withoutGuards(attack);
    const found = (await log.problems()).join("\n");
    await log.withoutGuards(undo);
    expect(found).toMatch(finding);
  });

  test.each(["signed_at", "published_at"])(
    "a checkpoint's %s without an end: everything else is named as before",
    async (column) => {
      const newest = "size = (select max(size) from tlog.checkpoint)";
      const before = await log.problems();
      await log.withoutGuards(
        `create table public.kept as select size, ${column} as at from tlog.checkpoint where ${newest}`,
        `update tlog.checkpoint set ${column} = 'infinity' where ${newest}`,
      );
      const found = await log.problems();
      await log.withoutGuards(
        `update tlog.checkpoint c set ${column} = k.at from public.kept k where c.size = k.size`,
        "drop table public.kept",
      );
      expect(found).toEqual(expect.arrayContaining(before));
    },
  );

  test("a checkpoint that was signed at no time that a calendar has", async () => {
    const shift = (sign: string): string =>
      `update tlog.checkpoint set signed_at = signed_at ${sign} interval '250000 years' where size = (select max(size) from tlog.checkpoint)`;
    await log.withoutGuards(shift("+"));
    const found = (await log.problems()).join("\n");
    await log.withoutGuards(shift("-"));
    expect(found).toMatch(
      /^clocks: The checkpoint of \d+ entries was published at .*, before it was signed at \+/m,
    );
  });

  test("a clock that was set back: what was dated before its neighbors is named", async () => {
    log.harness.advance(-3 * 3_600_000);
    await createTestIdentity(log.harness.deps, "backdated");
    await log.publish();
    log.harness.advance(3 * 3_600_000);
    expect((await log.problems()).join("\n")).toMatch(
      /^clocks: .* dated before an earlier entry, by up to (?:3 hours|2 hours)/m,
    );
  });

  test("a clock that ran ahead: what was dated after it was numbered is named", async () => {
    log.harness.advance(2 * 3_600_000);
    await createTestIdentity(log.harness.deps, "ahead");
    await log.publish();
    log.harness.advance(-2 * 3_600_000);
    expect((await log.problems()).join("\n")).toMatch(
      /^clocks: .* dated after it was numbered, by up to (?:2 hours|1 hour)/m,
    );
  });
});
