import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor } from "@/lib/access/actor";
import { updateAccount } from "@/lib/accounts/update-account";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { insertTestAccount } from "@/testing/accounts";
import { anonymousActor, system } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { authenticateToken } from "./authenticate-token";
import { createToken } from "./create-token";
import { getToken } from "./read-tokens";
import { revokeToken } from "./revoke-token";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
  await insertTestAccount(harness.deps);
});
afterAll(() => harness.close());

/** The part of the migration that binds tokens made before to their makers. */
function upgradeSql(): string {
  const file = "prisma/migrations/20261128000600_lineage/migration.sql";
  const [, part] =
    /\n(alter table api_token disable trigger needs_entry;[\s\S]*?alter table api_token enable always trigger needs_entry;)/.exec(
      readFileSync(join(findRepoRoot(), file), "utf8"),
    ) ?? [];
  if (part === undefined) throw new Error("the migration has no such part");
  return part;
}

type Made = Readonly<{ id: string; secret: string }>;
async function make(actor: Actor, name: string): Promise<Made> {
  const input = { name, role: "admin", identityId: null, expiresInDays: null } as const;
  const { id, secret } = (await createToken(harness.deps, actor, input)).result;
  return { id, secret: secret ?? "" };
}
const authenticate = ({ secret }: Made) => {
  const { address, requestId, correlationId } = anonymousActor();
  return authenticateToken(harness.deps, secret, { address, requestId, correlationId });
};
async function bearer(token: Made): Promise<Actor> {
  const { actor } = await authenticate(token);
  if (actor === null) throw new Error("the token does not count");
  return actor;
}

/** Tokens as an earlier version left them: nothing but the entries says who made them. */
async function asBefore(statements: readonly string[]): Promise<void> {
  await harness.sequence();
  const triggers = ["needs_entry", "is_fixed", "never_changes"];
  for (const trigger of triggers)
    await harness.asSuper(`alter table api_token disable trigger ${trigger}`);
  await harness.asSuper("update api_token set parent_id = null, account_id = null, lineage = '{}'");
  for (const statement of statements) await harness.asSuper(statement);
  // The search index as it was then.
  await harness.asSuper(
    `create view tlog.search as select j ->> 'action' as action, j ->> 'outcome' as outcome, j #>> '{actor,id}' as actor_id, j #>> '{target,id}' as target_id
      from tlog.entry, lateral (select convert_from(entry, 'UTF8')::jsonb as j) parsed`,
  );
  await harness.asSuper("grant select on tlog.search to public");
  await harness.as("owner", upgradeSql());
  await harness.asSuper("drop view tlog.search");
  for (const trigger of triggers)
    await harness.asSuper(`alter table api_token enable always trigger ${trigger}`);
}

test("after the upgrade every token that worked goes on, bound to its maker where that is known and still counts", async () => {
  const person = await insertTestAccount(harness.deps);
  const disabled = await insertTestAccount(harness.deps);
  const commandLine = await make(system, "command line");
  const child = await make(await bearer(commandLine), "child");
  const ofPerson = await make(person, "of a person");
  const grandchild = await make(await bearer(await make(await bearer(ofPerson), "x")), "y");
  const gone = await make(system, "gone");
  const orphan = await make(await bearer(gone), "orphan");
  const below = await make(await bearer(orphan), "below the orphan");
  const ofDisabled = await make(disabled, "of a disabled account");
  await asBefore([
    `update api_token set revoked_at = now() where id = '${gone.id}'`,
    "alter table account disable trigger needs_entry",
    `update account set status = 'disabled' where id = '${disabled.id ?? ""}'`,
    "alter table account enable always trigger needs_entry",
  ]);
  const all = [commandLine, child, ofPerson, grandchild, orphan, below, ofDisabled];
  for (const token of all) expect((await authenticate(token)).reason).toBeNull();
  expect((await authenticate(gone)).reason).toBe("revoked token");

  const makerOf = async ({ id }: Made) => {
    const { parent, account } = await getToken(harness.deps, system, id);
    return [parent?.name ?? null, account?.email ?? null];
  };
  expect(await Promise.all(all.map(makerOf))).toEqual([
    [null, null],
    ["command line", null],
    [null, person.label],
    ["x", person.label],
    ["gone", null],
    ["orphan", null],
    [null, null],
  ]);

  await revokeToken(harness.deps, system, commandLine.id);
  expect((await authenticate(child)).reason).toBe("revoked token");
  await revokeToken(harness.deps, system, orphan.id);
  expect((await authenticate(below)).reason).toBe("revoked token");
  await updateAccount(harness.deps, system, person.id ?? "", { status: "disabled" });
  expect((await authenticate(grandchild)).reason).toBe("revoked token");
  expect((await authenticate(ofDisabled)).reason).toBeNull();
});
