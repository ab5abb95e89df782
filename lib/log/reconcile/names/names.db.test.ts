import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { updateIdentity } from "@/lib/identities/update-identity";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { decideShare } from "@/lib/names/decide-share";
import { importNames } from "@/lib/names/import-names";
import { shareNames } from "@/lib/names/share-names";
import { transferNames } from "@/lib/names/transfer-names";
import { listShares } from "@/lib/names/read-shares";
import type { ReleaseMode } from "@/lib/names/schema";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import {
  callers,
  csrFor,
  editNames,
  issueNames,
  makeHolder,
  makeNamesProfile,
  namesIn,
} from "@/testing/ca/names-fixture";
import type { Harness } from "@/testing/harness";
import { withoutTriggers } from "@/testing/log/as-superuser";
import { problemsOfOlder } from "@/testing/log/older-log";
import { reconcile } from "../reconcile";

let harness: Harness;
let deps: Deps;
let profile: string;
const admin = adminActor();
beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  profile = await makeNamesProfile(deps);
});
afterAll(() => harness.close());

const problems = async (): Promise<readonly string[]> => (await reconcile(deps)).problems;
const sequence = () => deps.db.pool.query("select tlog.sequence_batch(100000)");
/** Runs statements as superuser with every trigger and foreign key off, and puts the triggers back. */
const quietly = (...statements: readonly string[]) =>
  withoutTriggers(harness.urls.superUrl, ["identity_name", "name_share", "identity"], statements);

const problemsOfOlderLog = async (): Promise<readonly string[]> => {
  await sequence();
  return problemsOfOlder(deps, "names");
};

const issue = (identity: string, names: string) =>
  issueNames(deps, admin, { profile, identity, names });
const transfer = (from: string, to: string, text: string, onRelease: ReleaseMode = "free") =>
  transferNames(deps, admin, from, { names: namesIn(text), to, onRelease, comment: "moved" });
const share = (id: string, others: readonly string[], text: string) =>
  shareNames(deps, admin, id, { names: namesIn(text), with: [...others], comment: "both" });
const shareOf = async (id: string): Promise<string> => {
  const { items } = await listShares(deps, admin, {});
  return items.find(({ members }) => members.some((one) => one.id === id))?.id ?? "";
};

describe("whatever happens to names, the log explains every row", () => {
  const acts: Readonly<Record<string, () => Promise<unknown>>> = {
    "created with patterns, covered names and twice the same": () =>
      makeHolder(
        deps,
        "DNS:*.c.e.example DNS:x.c.e.example DNS:x.c.e.example URI:spiffe://e.example/c/* IP:10.3.0.0/16 email:c@e.example",
      ),
    "added below its own pattern, and by issuing": async () => {
      const { id } = await makeHolder(deps, "DNS:*.b.e.example");
      await editNames(deps, admin, id, { add: "DNS:x.b.e.example DNS:y.bb.e.example" });
      await issue(id, "DNS:x.b.e.example DNS:new.e.example DNS:*.bbb.e.example");
    },
    "released, reserved, taken back and freed for another": async () => {
      const { id } = await makeHolder(deps, "DNS:*.r.e.example DNS:r.e.example");
      const { id: other } = await makeHolder(deps);
      const made = await issue(id, "DNS:one.r.e.example DNS:two.r.e.example DNS:r.e.example");
      await editNames(deps, admin, id, { release: "DNS:*.r.e.example DNS:r.e.example" });
      await editNames(deps, admin, id, { add: "DNS:r.e.example" });
      await revokeCertificate(deps, admin, made.id, { reason: "superseded" });
      await editNames(deps, admin, other, { add: "DNS:one.r.e.example" });
      await issue(other, "DNS:two.r.e.example");
    },
    "released with the certificates, and although they are valid": async () => {
      const { id } = await makeHolder(deps);
      await issue(id, "DNS:v1.e.example DNS:v2.e.example");
      await editNames(deps, admin, id, { release: "DNS:v1.e.example", onRelease: "free" });
      await editNames(deps, admin, id, { release: "DNS:v2.e.example", onRelease: "revoke" });
      await editNames(deps, admin, id, { add: "DNS:v2.e.example", release: "" });
      await editNames(deps, admin, id, { add: "DNS:v2.e.example", release: "DNS:v2.e.example" });
    },
    "transferred, also to one that holds a pattern above": async () => {
      const { id } = await makeHolder(deps, "DNS:t1.e.example DNS:t2.e.example");
      const { id: other } = await makeHolder(deps);
      await transfer(id, other, "DNS:t1.e.example");
      await share(other, [id], "DNS:t2.e.example");
      await transfer(id, other, "DNS:t2.e.example");
    },
    "shared, joined, decided and shared again": async () => {
      const { id: a } = await makeHolder(deps, "DNS:*.s.e.example");
      const { id: b } = await makeHolder(deps);
      const { id: c } = await makeHolder(deps, "DNS:z.s2.e.example");
      await share(b, [a], "DNS:x.s.e.example");
      await editNames(deps, admin, a, { add: "DNS:more.e.example" });
      await share(b, [c], "DNS:*.s2.e.example");
      await share(c, [a, b], "DNS:x.s.e.example");
      await decideShare(deps, admin, await shareOf(c), {
        keep: [a, b],
        onRelease: "reserve",
        comment: "",
      });
      await issue(b, "DNS:x.s.e.example");
      await decideShare(deps, admin, await shareOf(b), {
        keep: [a],
        onRelease: "reserve",
        comment: "",
      });
      await editNames(deps, admin, a, { release: "DNS:*.s.e.example" });
    },
    "a share whose last other holder goes": async () => {
      const { id: a } = await makeHolder(deps, "DNS:*.l.e.example DNS:q.l.e.example");
      const { id: b } = await makeHolder(deps);
      await share(b, [a], "DNS:x.l.e.example");
      await editNames(deps, admin, b, { release: "DNS:x.l.e.example" });
    },
    "renamed, with and without certificates": async () => {
      const { id } = await makeHolder(deps, "DNS:rename.e.example", { name: "before" });
      const made = await issue(id, "CN:before DNS:rename.e.example");
      await updateIdentity(deps, admin, id, { name: "between" });
      await updateIdentity(deps, admin, id, { name: "after", note: "twice" });
      await updateIdentity(deps, admin, id, { name: "before" });
      await updateIdentity(deps, admin, id, { name: "later" });
      await rotateCertificate(deps, admin, made.id, {
        csr: await csrFor("CN:before DNS:rename.e.example"),
        overlapSeconds: 60,
      });
    },
    "the whole set replaced, and renamed with it": async () => {
      const { id, epoch } = await makeHolder(deps, "DNS:*.w.e.example DNS:w.e.example");
      await issue(id, "DNS:w.e.example");
      await updateIdentity(deps, admin, id, {
        names: namesIn("DNS:*.w.e.example DNS:in.w.e.example DNS:ww.e.example"),
        name: "whole",
        epoch,
      });
    },
    imported: async () => {
      const { id } = await makeHolder(deps, "DNS:*.i.e.example");
      const csv = `${id},dns,x.i.e.example\n${id},dns,i2.e.example\n${id},ip,10.9.0.0/24`;
      await importNames(deps, admin, { csv, dryRun: false });
    },
    "hundreds of long names, in entries of several parts": async () => {
      const { id } = await makeHolder(deps);
      const names = Array.from(
        { length: 90 },
        (_none, n) => `URI:spiffe://e.example/${String(n).padStart(3, "0")}${"x".repeat(900)}`,
      );
      await editNames(deps, admin, id, { add: names.join(" ") });
      await issue(id, names.slice(30, 31).join(" "));
      await issue(id, names.slice(85, 86).join(" "));
      await editNames(deps, admin, id, { release: names.join(" ") });
    },
  };

  test.each(Object.entries(acts))("%s", async (_what, act) => {
    await act();
    expect(await problems()).toEqual([]);
    await deps.db.pool.query("select tlog.sequence_batch(7)");
    expect(await problems()).toEqual([]);
    await sequence();
    expect(await problems()).toEqual([]);
    expect(await problemsOfOlderLog()).toEqual([]);
  });
});

describe("what a superuser does with names is named", () => {
  let victim: string;
  let thief: string;
  let shareId: string;
  beforeAll(async () => {
    ({ id: victim } = await makeHolder(deps, "DNS:vault.e.example DNS:*.wild.e.example"));
    ({ id: thief } = await makeHolder(deps, "DNS:thief.e.example"));
    await share(thief, [victim], "DNS:x.wild.e.example");
    shareId = await shareOf(thief);
    await sequence();
  });
  const where = (value: string, id = victim) =>
    `where value = '${value}' and identity_id = '${id}' and state <> 'released'`;
  const insertInto = (id: string, value: string, more = "null") =>
    `insert into identity_name (id, identity_id, type, form, value, state, share_id, origin, created_at, changed_at)
      values ('nam_${"9".repeat(26)}', '${id}', 'dns', 'exact', '${value}', 'held', ${more}, 'edit', now(), now())`;
  const keep =
    "drop table if exists kept; create table kept as select * from identity_name; alter table kept drop column span, drop column holder";
  const back = "delete from identity_name; insert into identity_name select * from kept";

  test.each([
    [
      "a name moved to another identity",
      () => `update identity_name set identity_id = '${thief}' ${where("vault.e.example")}`,
      /DNS:vault.e.example is held according to the log, but not in the table/,
    ],
    [
      "the same, where it has come to",
      () => `update identity_name set identity_id = '${thief}' ${where("vault.e.example")}`,
      /DNS:vault.e.example is held in the table, but has no entry/,
    ],
    [
      "a name added",
      () => insertInto(thief, "more.e.example"),
      /DNS:more.e.example is held in the table, but has no entry/,
    ],
    [
      "a name removed",
      () => `delete from identity_name ${where("vault.e.example")}`,
      /DNS:vault.e.example is held according to the log, but not/,
    ],
    [
      "a name released",
      () => `update identity_name set state = 'released' ${where("vault.e.example")}`,
      /DNS:vault.e.example is held according/,
    ],
    [
      "a name reserved",
      () =>
        `update identity_name set state = 'reserved', reserved_until = now() ${where("vault.e.example")}`,
      /DNS:vault.e.example is reserved in the table, but held according to the log/,
    ],
    [
      "a name put into a share",
      () => `update identity_name set share_id = '${"SHARE"}' ${where("vault.e.example")}`,
      /DNS:vault.e.example is in the share shr_.* in the table, but in no share/,
    ],
    [
      "a name taken out of its share",
      () => `update identity_name set share_id = null ${where("x.wild.e.example", thief)}`,
      /DNS:x.wild.e.example is in no share in the table, but in the share shr_/,
    ],
    [
      "the origin of a name",
      () => `update identity_name set origin = 'template' ${where("vault.e.example")}`,
      /origin template in the table, but edit/,
    ],
    [
      "the text of a name",
      () => `update identity_name set value = 'vault2.e.example' ${where("vault.e.example")}`,
      /DNS:vault2.e.example is held in the table, but has no entry/,
    ],
    [
      "an own name removed",
      () => `delete from identity_name where identity_id = '${victim}' and type = 'cn'`,
      /CN:holder \d+ is held according to the log/,
    ],
    [
      "a share ended",
      () => `update name_share set state = 'ended' where id = 'SHARE'`,
      /share of names shr_.*state is ended in the table, but decided/,
    ],
    [
      "a share's comment",
      () => `update name_share set comment = 'fine' where id = 'SHARE'`,
      /its comment is fine in the table, but both/,
    ],
    [
      "a share's review date",
      () => `update name_share set review_at = now() where id = 'SHARE'`,
      /its review date is/,
    ],
    [
      "who made a share",
      () => `update name_share set created_by = 'other' where id = 'SHARE'`,
      /its creator is other in the table/,
    ],
    [
      "a share removed",
      () => `delete from name_share where id = 'SHARE'`,
      /The share of names shr_.* is in the log but not in the table/,
    ],
    [
      "a share added",
      () =>
        `insert into name_share values ('shr_${"9".repeat(26)}', 'decided', '', null, 'x', now(), now())`,
      /The share of names shr_9+ is in the table but has no entry/,
    ],
  ])("%s", async (_what, sql, finding) => {
    await quietly(
      keep,
      "drop table if exists kept_share",
      "create table kept_share as select * from name_share",
    );
    await quietly(sql().replace("SHARE", shareId));
    const found = await problems();
    await quietly(
      back,
      "delete from name_share",
      "insert into name_share select * from kept_share",
    );
    expect(found.join("\n")).toMatch(finding);
    expect(await problems()).toEqual([]);
  });

  test("a name that was moved, used and moved back", async () => {
    await quietly(
      `update identity_name set identity_id = '${thief}' ${where("vault.e.example")}`,
      `update identity set epoch = epoch + 1 where id = '${thief}'`,
      "delete from signer.live_name",
    );
    const own = callers.certificate(thief);
    const made = await issueNames(deps, own, {
      profile,
      identity: thief,
      names: "DNS:vault.e.example",
    });
    await quietly(
      `update identity_name set identity_id = '${victim}' ${where("vault.e.example", thief)}`,
      `update identity set epoch = epoch - 1 where id = '${thief}'`,
    );
    await sequence();
    expect(await problems()).toEqual([
      expect.stringMatching(
        `Entry \\d+ plans the certificate ${made.id} with DNS:vault.e.example, which the identity ${thief} did not hold by the log`,
      ),
    ]);
    expect((await problemsOfOlderLog()).join()).toMatch(/did not hold by the log/);
  });
});
