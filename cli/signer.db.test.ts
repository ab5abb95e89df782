import { listProfiles } from "@/lib/profiles/read-profiles";
import { afterAll, beforeAll, expect, test } from "vitest";
import { getAuthority } from "@/lib/authorities/read-authorities";
import { getCertificate } from "@/lib/certificates/get-certificate";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { getOverview } from "@/lib/overview/get-overview";
import { createAuthority } from "@/lib/issuing/create-authority";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr, refusalOf } from "@/testing/ca/requests";
import { type Harness, testHostCaller } from "@/testing/harness";
import { UsageError } from "./command";
import { runConfirm } from "./confirm";
import { runSigner } from "./signer";

const admin = adminActor();
let harness: Harness;
beforeAll(async () => {
  harness = await createTestCa();
});
afterAll(async () => {
  await harness.close();
});

async function printed(run: (print: (text: string) => void) => Promise<number>): Promise<string> {
  let text = "";
  expect(
    await run((more) => {
      text += more;
    }),
  ).toBe(0);
  return text;
}
const confirm = (...args: string[]) =>
  printed((print) => runConfirm(harness.deps, testHostCaller, args, print));
const signer = (...args: string[]) =>
  printed((print) => runSigner(harness.deps, () => testHostCaller, args, print));
const create = (name: string, slug?: string) =>
  createAuthority(harness.deps, admin, {
    name,
    ...(slug === undefined ? {} : { slug }),
    parentId: null,
    keyAlgorithm: "ecdsa-p256",
    validityYears: 5,
  });

test("chancery confirm lists what waits, and with an ID has it signed and active at once", async () => {
  expect(await confirm()).toBe("No CA certificate and no CA permission waits.\n");
  const { result } = await create("Second Root");
  const listed = await confirm();
  expect(listed).toMatch(/Subject +CN=Second Root,O=Example/);
  expect(listed).toMatch(/Signed by +itself \(root CA\)/);
  expect(listed).toMatch(/CAs below +any number of levels/);
  const [id = ""] = /crt_\w+/.exec(listed) ?? [];
  expect(await confirm(id)).toMatch(
    /Confirmed\. Recorded in ent_\w+\.\nThe certificate is signed, and the CA is active\.\n$/,
  );
  expect((await getAuthority(harness.deps, admin, result.id)).status).toBe("active");
  await expect(confirm(id)).rejects.toThrow(/No CA certificate crt_\w+ waits/);
});

test("chancery confirm says how to allow names where the new CA gets a ceiling without any", async () => {
  const key = "(select key_id from authority where parent_id is null order by created_at limit 1)";
  await harness.asSuper(
    `insert into signer.ceiling select key_id, 99, '{"dns":[],"uri":[],"email":[],"ip":[],"usages":[],"maxSeconds":86400}', 'upgrade', 'test', 'ent_x', now() from signer.ceiling where key_id = ${key} limit 1`,
  );
  await create("Narrow Root");
  const [id = ""] = /crt_\w+/.exec(await confirm()) ?? [];
  expect(await confirm(id)).toMatch(
    /allows no names yet[^]*npx chancery signer allow narrow-root --dns DOMAIN --usage serverAuth\n$/,
  );
});

test("chancery confirm --reject has it never signed: the CA is no longer pending, in lists as on its page, and its name is free", async () => {
  const { result } = await create("Rejected Root");
  const [id = ""] = /crt_\w+/.exec(await confirm()) ?? [];
  expect(await confirm(id, "--reject")).toMatch(/Rejected\. It is never signed\./);
  expect(await confirm()).toBe("No CA certificate and no CA permission waits.\n");
  const shown = async () => {
    const { status, confirmation } = await getAuthority(harness.deps, admin, result.id);
    const { authorities } = await getOverview(harness.deps, admin);
    return [status, authorities.find((one) => one.id === result.id)?.status, confirmation];
  };
  expect(await shown()).toEqual(["failed", "failed", null]);
  const again = await create("Rejected Root", "rejected-again");
  expect(again.result).toMatchObject({ name: "Rejected Root", status: "pending" });
  expect(await confirm()).toMatch(/Rejected Root/);
});

test("chancery signer limit narrows a ceiling by what is named, with an entry; what was allowed before is refused", async () => {
  const { deps } = harness;
  const key = "(select key_id from authority where slug = 'issuing')";
  await harness.asSuper(
    `insert into signer.ceiling select key_id, 4, '{"dns":["example.com","example.net"],"uri":[],"email":[],"ip":[],"usages":["serverAuth"],"maxSeconds":25920000}', 'command', 'test', 'ent_x', now() from signer.ceiling where key_id = ${key} limit 1`,
  );
  harness.advance(2_000);
  const identity = await createTestIdentity(deps);
  const issue = async (name: string) =>
    issueCertificate(deps, admin, {
      profile: "tls-server",
      identity,
      csr: await makeCsr([name]),
    });
  const first = (await issue("one.example.com")).result;
  const args = ["limit", "issuing", "--dns", "example.com", "--days", "200"];
  const { result, entries } = await harness.during(() => signer(...args));
  expect(result).toMatch(/narrower now\. Recorded in ent_\w+\.\nissuing/);
  expect(result).not.toMatch(/Domains.*example\.com/);
  expect(entries).toMatchObject([
    {
      action: "ceiling.set",
      actor: { id: "command-line", label: "command line (tester)" },
      details: { reason: "command", maxSeconds: 200 * 86_400 },
    },
  ]);
  expect(entries[0]?.details["dns"]).not.toContain("example.com");
  expect(await signer("limit", "issuing", "--days", "250")).toMatch(/Nothing was changed/);
  // What the gateway and the signer have read of the ceiling is used for up to two seconds.
  harness.advance(2_000);
  const refusal = await refusalOf(issue("two.example.com"));
  expect(JSON.stringify([refusal.code, refusal.findings])).toContain("signer.ceiling");
  expect((await getCertificate(deps, admin, first.id)).status).toBe("valid");
  expect(await signer("allow", "issuing", "--dns", "example.com")).toMatch(/wider now/);
  harness.advance(2_000);
  expect((await issue("two.example.com")).result.status).toBe("valid");
});

test("chancery signer limit names the profiles whose default lifetime the CA no longer signs", async () => {
  const { items } = await listProfiles(harness.deps, admin);
  const rules = items.find(({ slug }) => slug === "tls-server")?.rules;
  const days = Math.floor((rules?.validitySecondsDefault ?? 0) / 86_400);
  await signer("allow", "issuing", "--days", "300");
  const limited = await signer("limit", "issuing", "--days", String(days - 1));
  expect(limited).toMatch(/default lifetime of these profiles is longer now[^]*\n {2}tls-server: /);
  expect(limited).not.toMatch(/short-lived/);
});

test("chancery signer allow widens a ceiling with an entry, or says that it is wide enough, and show prints it", async () => {
  const key = "(select key_id from authority where slug = 'issuing')";
  await harness.asSuper(
    `insert into signer.ceiling select key_id, 9, '{"dns":["example.com"],"uri":[],"email":[],"ip":[],"usages":["serverAuth"],"maxSeconds":86400}', 'command', 'test', 'ent_x', now() from signer.ceiling where key_id = ${key} limit 1`,
  );
  const args = ["allow", "issuing", "--dns", "example.org", "--days", "30"];
  const { result, entries } = await harness.during(() => signer(...args));
  expect(result).toMatch(/The ceiling of issuing is wider now\. Recorded in ent_\w+\./);
  expect(entries).toMatchObject([
    {
      action: "ceiling.set",
      actor: { id: "command-line", label: "command line (tester)" },
      details: { version: 10, reason: "command", dns: ["example.com", "example.org"] },
    },
  ]);
  expect(await signer(...args)).toMatch(/Nothing was changed/);
  expect(await signer("show")).toMatch(
    /issuing {2}Example Issuing CA\n {2}Domains +example\.com, example\.org\n[\s\S]*Lifetime +30 days/,
  );
});

test.each([
  [[]],
  [["allow"]],
  [["allow", "issuing"]],
  [["allow", "issuing", "root", "--dns", "x.example"]],
  [["allow", "issuing", "--days", "many"]],
  [["allow", "issuing", "--dns", "not a domain"]],
  [["allow", "nothing", "--dns", "x.example"]],
  [["allow", "issuing", "--kill"]],
  [["narrow", "issuing"]],
  [["limit"]],
  [["limit", "issuing"]],
  [["limit", "issuing", "--dns", "never-allowed.example"]],
  [["limit", "issuing", "--usage", "codeSigning"]],
  [["limit", "issuing", "--ip", "10.1.0.0/16"]],
  [["limit", "issuing", "--days", "0"]],
  [["limit", "nothing", "--days", "1"]],
])("chancery signer %j is refused in words", async (args) => {
  await expect(signer(...args)).rejects.toThrow(/.{10}/);
});

test.each([[["--reject"]], [["a", "b"]], [["--all"]]])(
  "chancery confirm %j is refused with its usage",
  async (args) => {
    await expect(confirm(...args)).rejects.toThrow(UsageError);
  },
);
