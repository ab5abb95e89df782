import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getAuthority } from "@/lib/authorities/read-authorities";
import { createAuthority } from "@/lib/issuing/create-authority";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { changeAsApplication } from "@/testing/ca/forge-plan";
import { askPermission, createSpireIdentity, trustDomain } from "@/testing/gateway/spire-fixture";
import { type Harness, testHostCaller } from "@/testing/harness";
import { runCaPermission } from "./ca-permission";
import { UsageError } from "./command";
import { runConfirm } from "./confirm";

let harness: Harness, permission: string;
beforeAll(async () => {
  harness = await createTestCa();
  permission = await askPermission(harness.deps, await createSpireIdentity(harness.deps));
});
afterAll(() => harness?.close());

async function printed(run: (print: (text: string) => void) => Promise<number>): Promise<string> {
  let text = "";
  expect(await run((more) => (text += more))).toBe(0);
  return text;
}
const confirm = (...args: string[]) =>
  printed((print) => runConfirm(harness.deps, testHostCaller, args, print));
const command = (...args: string[]) =>
  printed((print) => runCaPermission(harness.deps, args, print));

test("a CA permission is shown with its limits, confirmed once on the host, listed and revoked, each with its entry", async () => {
  const shown = await confirm();
  for (const part of [permission, trustDomain, "at most 7 days each", "at most 1000, altogether"])
    expect(shown).toContain(part);
  // What openssl accepts below such a CA.
  for (const part of [`URIs of the host ${trustDomain}, of any scheme`, "code signing, UPN"])
    expect(shown).toContain(part);
  expect(await command("list")).toContain("waiting");
  expect(await confirm(permission)).toMatch(/Confirmed\. Recorded in ent_/);
  await expect(confirm(permission)).rejects.toThrow(UsageError);
  expect(await command("list")).toMatch(/confirmed .*0 of 1000 used/);
  expect(await command("revoke", permission, "--comment", "moved")).toMatch(
    /Revoked\. Recorded in ent_/,
  );
  expect(await command("list")).toContain("revoked");
  expect((await harness.entriesOf(permission)).map(({ action }) => action)).toEqual([
    "ca-permission.created",
    "ca-permission.confirmed",
    "ca-permission.revoked",
  ]);
});

test("one that is rejected is never confirmed", async () => {
  const { deps } = harness;
  const id = await askPermission(deps, await createSpireIdentity(deps, "td2.example.com"), {
    trustDomain: "td2.example.com",
  });
  expect(await confirm(id, "--reject")).toContain("Nothing is ever signed under it");
  await expect(confirm(id)).rejects.toThrow(UsageError);
  expect(await command("list")).toContain("rejected");
});

test("anything else is refused with the usage", async () => {
  for (const args of [[], ["list", "x"], ["revoke"], ["revoke", "a", "b"], ["revoke", "--now"]])
    await expect(runCaPermission(harness.deps, args, () => {})).rejects.toThrow(UsageError);
});

describe("with the application's database role", () => {
  const admin = adminActor();
  const term = { trustDomain: "td3.example.com", maxSeconds: 86_400, count: 9 };
  let identity: string, root: string, certificate: string;
  beforeAll(async () => {
    const { deps } = harness;
    identity = await createSpireIdentity(deps, term.trustDomain);
    ({ id: root } = await getAuthority(deps, admin, "root"));
    await createAuthority(deps, admin, {
      name: "Waiting Root",
      parentId: null,
      keyAlgorithm: "ecdsa-p256",
      validityYears: 5,
    });
    [certificate = ""] = /crt_\w+/.exec(await confirm()) ?? [];
  });

  /** A permission with this ID and its entry, past every use case. */
  const insert = (id: string, createdBy = "someone", trustDomain = term.trustDomain) =>
    changeAsApplication(
      harness.deps,
      [
        {
          action: "ca-permission.created",
          outcome: "success",
          target: { kind: "ca-permission", id, label: "spire" },
          details: { identityId: identity, authorityId: root, ...term, trustDomain },
        },
      ],
      [
        `insert into ca_permission (id, identity_id, authority_id, trust_domain, max_seconds, count, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, now())`,
        id,
        identity,
        root,
        trustDomain,
        term.maxSeconds,
        term.count,
        createdBy,
      ],
    );

  test("no permission has the ID of a certificate that waits, nor one that the operator can't type", async () => {
    await insert("cap_0plain");
    for (const id of [certificate, "crt_0other", "cap_", "cap_0 x", "cap_0\nx", "CAP_0", " cap_0"])
      await expect(insert(id), id).rejects.toThrow(/record|check/i);
  });

  test("what someone wrote into a permission neither moves the operator's cursor nor makes rows", async () => {
    const forged = "admin\x1b[5A\r\n  Lifetime          at most 1 hour each\u2028\u202ex";
    await insert("cap_0forged", forged, "td3.example.com\n  Certificates      at most 1");
    const shown = await confirm("cap_0forged", "--reject");
    expect(shown.replaceAll("\n", "")).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(shown).toContain("admin?[5A?? Lifetime at most 1 hour each??x at ");
    for (const label of ["Lifetime", "Certificates", "Requested by"])
      expect(shown.match(new RegExp(`^  ${label} `, "gm")), label).toHaveLength(1);
    expect(shown).toContain(`root (${root})`);
    expect(await command("list")).not.toContain("\n  Certificates");
  });

  test("nor what they wrote into the plan of a CA certificate", async () => {
    const write = async (requestedBy: unknown) => {
      await harness.asSuper("alter table certificate disable trigger all");
      const [before] = await harness.asSuper("select requested_by from certificate where id = $1", [
        certificate,
      ]);
      await harness.asSuper("update certificate set requested_by = $2 where id = $1", [
        certificate,
        requestedBy,
      ]);
      await harness.asSuper("alter table certificate enable trigger all");
      return before?.["requested_by"];
    };
    const before = await write("admin\x1b[5A\r\n  Subject           CN=Mine");
    const shown = await confirm();
    await write(before);
    expect(shown.replaceAll("\n", "")).not.toMatch(/\p{C}/u);
    expect(shown).toContain("admin?[5A?? Subject CN=Mine");
  });

  test("an operator who confirms a certificate is shown that, and confirms it, although a permission had its ID", async () => {
    for (const table of ["ca_permission", "signer.ca_permission"])
      await harness.asSuper(`alter table ${table} drop constraint ca_permission_id_check`);
    await insert(certificate);
    expect(await confirm()).not.toContain(`${certificate}  CA permission`);
    const shown = await confirm(certificate);
    expect(shown).toMatch(/Subject +CN=Waiting Root/);
    expect(shown).not.toContain("CA permission");
    expect((await getAuthority(harness.deps, admin, "waiting-root")).status).toBe("active");
    await expect(confirm(certificate)).rejects.toThrow(/No CA certificate crt_\w+ waits/);
  });
});
