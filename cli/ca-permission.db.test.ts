import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestCa } from "@/testing/ca/create-test-ca";
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
