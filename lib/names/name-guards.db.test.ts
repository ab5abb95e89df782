import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { makeHolder, namesIn } from "@/testing/ca/names-fixture";
import type { Harness } from "@/testing/harness";
import { makeId } from "@/testing/log/entries";
import { roles } from "@/testing/log/guard-statements";
import { shareNames } from "./share-names";

// What a taken-over gateway can do with the application's role: at most what it could by asking, on record.
let harness: Harness;
let own: string;
let other: string;
let row: string;
let share: string;
beforeAll(async () => {
  harness = await createTestCa();
  const { deps } = harness;
  ({ id: own } = await makeHolder(deps, "DNS:own.example.com DNS:both.example.com"));
  ({ id: other } = await makeHolder(deps, "DNS:vault.example.com DNS:*.wild.example.com"));
  const names = namesIn("DNS:both.example.com");
  await shareNames(deps, adminActor(), other, { names, with: [own], comment: "both" });
  const rows = await harness.asSuper(
    "select id, share_id, value from identity_name where identity_id = $1 order by value",
    [own],
  );
  row = String(rows.find(({ value }) => value === "own.example.com")?.["id"]);
  share = String(rows.find(({ value }) => value === "both.example.com")?.["share_id"]);
});
afterAll(async () => {
  await harness.close();
});

const entry = (action: string, target: string, details: object = {}) =>
  `insert into tlog.inbox (entry) values (convert_to('${JSON.stringify({
    id: makeId("ent"),
    action,
    outcome: "success",
    target: { kind: "identity", id: target, label: "x" },
    details,
  })}', 'UTF8'))`;
const added = (target: string) =>
  entry("identity.names-added", target, { names: [], origin: "edit" });
const insert = (value: string, over: Readonly<Record<string, string>> = {}): string => {
  const columns: Record<string, string> = {
    id: `'${makeId("nam")}'`,
    identity_id: `'${own}'`,
    type: "'dns'",
    form: "'exact'",
    value: `'${value}'`,
    state: "'held'",
    origin: "'edit'",
    created_at: "now()",
    changed_at: "now()",
    ...over,
  };
  return `insert into identity_name (${Object.keys(columns).join(", ")}) values (${Object.values(columns).join(", ")})`;
};
const inTransaction = (...statements: string[]) => `begin; ${statements.join("; ")}; commit`;
const noEntry = { code: "23514", constraint: "needs_entry" };

describe("no name without its entry", () => {
  test.each(roles)("%s adds, changes and frees none without one", async (role) => {
    const statements = [
      insert("free.example.com"),
      `update identity_name set state = 'released' where id = '${row}'`,
      `update identity_name set state = 'reserved', reserved_until = now() where id = '${row}'`,
    ];
    for (const statement of statements) {
      await expect(harness.as(role, statement)).rejects.toMatchObject(noEntry);
      await expect(harness.as(role, inTransaction(added(other), statement))).rejects.toMatchObject(
        noEntry,
      );
    }
  });

  test.each([
    "identity.suspended",
    "identity.read",
    "certificate.planned",
    "certificate.refused",
    "identity.power-granted",
  ])("an entry of another kind about the identity, %s, is none", async (action) => {
    await expect(
      harness.as("app", inTransaction(entry(action, own), insert("free.example.com"))),
    ).rejects.toMatchObject(noEntry);
  });

  test("an entry that names the identity only in its details is none", async () => {
    const quiet = entry("identity.names-added", other, { names: [own], id: own });
    await expect(
      harness.as("app", inTransaction(quiet, insert("free.example.com"))),
    ).rejects.toMatchObject(noEntry);
  });

  test("a share is made and changed only under an entry that names it", async () => {
    const made = makeId("shr");
    const statements = [
      `insert into name_share (id, state, created_by, created_at, changed_at) values ('${made}', 'decided', 'x', now(), now())`,
      `update name_share set state = 'ended' where id = '${share}'`,
      `update name_share set state = 'decided' where id = '${share}'`,
    ];
    for (const statement of statements) {
      await expect(harness.as("app", statement)).rejects.toMatchObject(noEntry);
      await expect(harness.as("app", inTransaction(added(own), statement))).rejects.toMatchObject(
        noEntry,
      );
    }
    const rewrite = `update name_share set comment = 'mine' where id = '${share}'`;
    await expect(harness.as("super", rewrite)).rejects.toMatchObject({
      code: "23514",
      constraint: "never_changes",
    });
    await expect(harness.as("app", rewrite)).rejects.toMatchObject({ code: "42501" });
  });
});

describe("with an entry, the database still refuses", () => {
  test.each([
    ["another's name", () => insert("vault.example.com"), "23P01"],
    [
      "a wildcard around another's name",
      () => insert("*.example.com", { form: "'wildcard'" }),
      "23P01",
    ],
    ["a name below another's wildcard", () => insert("x.wild.example.com"), "23P01"],
    [
      "another's host as a common name",
      () => insert("vault.example.com", { type: "'cn'" }),
      "23P01",
    ],
    [
      "another's name in a share that isn't its own",
      () => insert("vault.example.com", { share_id: `'${share}'` }),
      "23P01",
    ],
    ["a forged span", () => insert("free.example.com", { span: "'[a,b]'" }), "428C9"],
    ["a forged holder", () => insert("vault.example.com", { holder: `'${other}'` }), "428C9"],
    ["a name in capitals", () => insert("FREE.example.com"), "23514"],
    ["a wildcard that says it is exact", () => insert("*.free.example.com"), "23514"],
    [
      "a form that the type hasn't",
      () => insert("free.example.com", { form: "'prefix'" }),
      "23514",
    ],
    ["an unknown type", () => insert("free.example.com", { type: "'host'" }), "23514"],
    ["an unknown state", () => insert("free.example.com", { state: "'lent'" }), "23514"],
    [
      "an identity that doesn't exist",
      () => insert("free.example.com", { identity_id: "'idn_x'" }),
      "23503",
    ],
    [
      "a name for a name",
      () => `update identity_name set value = 'vault.example.com' where id = '${row}'`,
      "42501",
    ],
    [
      "an identity for an identity",
      () => `update identity_name set identity_id = '${other}' where id = '${row}'`,
      "42501",
    ],
    ["another type", () => `update identity_name set type = 'cn' where id = '${row}'`, "42501"],
    [
      "another beginning",
      () => `update identity_name set created_at = now() where id = '${row}'`,
      "42501",
    ],
    ["deleting it", () => `delete from identity_name where id = '${row}'`, "42501"],
    ["deleting a share", () => `delete from name_share where id = '${share}'`, "42501"],
    ["emptying names", () => "truncate identity_name", "42501"],
    ["without its trigger", () => "alter table identity_name disable trigger all", "42501"],
  ] as readonly (readonly [string, () => string, string])[])(
    "%s",
    async (_title, statement, code) => {
      const statements = inTransaction(added(own), statement());
      await expect(harness.as("app", statements)).rejects.toMatchObject({ code });
    },
  );

  test.each(["owner", "super"] as const)(
    "%s rewrites neither name nor identity, and revives none",
    async (role) => {
      for (const change of ["value = 'x.example.com'", `identity_id = '${other}'`, "type = 'cn'"])
        await expect(
          harness.as(
            role,
            inTransaction(added(own), `update identity_name set ${change} where id = '${row}'`),
          ),
        ).rejects.toMatchObject({ code: "23514", constraint: "identity_name_is_fixed" });
      const gone = makeId("nam");
      await harness.as(
        "app",
        inTransaction(
          added(own),
          insert(`gone-${role}.example.com`, { id: `'${gone}'`, state: "'released'" }),
        ),
      );
      await expect(
        harness.as(
          role,
          inTransaction(added(own), `update identity_name set state = 'held' where id = '${gone}'`),
        ),
      ).rejects.toMatchObject({ code: "23514", constraint: "identity_name_is_fixed" });
    },
  );
});

describe("a name that others share", () => {
  let third: string;
  beforeAll(async () => {
    ({ id: third } = await makeHolder(harness.deps));
  });
  const shared = (over: Readonly<Record<string, string>> = {}) =>
    insert("both.example.com", { identity_id: `'${third}'`, share_id: `'${share}'`, ...over });

  test.each([
    ["adds names", () => entry("identity.names-added", third, { names: [], origin: "edit" })],
    ["adds names and lists the share", () => entry("identity.names-added", third, { share })],
    ["creates it", () => entry("identity.created", third, { shares: [share] })],
    ["shares other names", () => entry("identity.names-shared", third, { share: makeId("shr") })],
    [
      "is about another identity",
      () => `${added(third)}; ${entry("identity.names-shared", own, { share })}`,
    ],
  ])("isn't given to a third identity under an entry that %s", async (_title, statement) => {
    const attempt = harness.as("app", inTransaction(statement(), shared()));
    await expect(attempt).rejects.toMatchObject(noEntry);
  });

  test("isn't given to it by two rows that vouch for each other, nor behind a savepoint", async () => {
    const alone = insert("alone.example.com", {
      identity_id: `'${third}'`,
      share_id: `'${share}'`,
    });
    for (const statements of [
      [added(third), alone, shared()],
      [added(third), "savepoint a", alone, "release savepoint a", shared()],
      [
        added(third),
        insert("moved.example.com", { identity_id: `'${third}'` }),
        `update identity_name set share_id = '${share}' where identity_id = '${third}'`,
      ],
    ])
      await expect(harness.as("app", inTransaction(...statements))).rejects.toMatchObject(noEntry);
  });

  test("is given to it under an entry of the share, which raises the alert", async () => {
    const statements = inTransaction(entry("identity.names-shared", third, { share }), shared());
    await harness.as("app", statements);
    expect((await harness.entriesOf(third)).at(-1)?.action).toBe("identity.names-shared");
  });
});

test("a name that no one holds can be added with an entry, so that the log says who has it", async () => {
  const statements = inTransaction(added(own), insert("unheld.example.com"));
  await harness.as("app", statements);
  expect((await harness.entriesOf(own)).at(-1)?.action).toBe("identity.names-added");
});

test.each(["identity_name", "name_share"])("%s is guarded like the other tables", async (table) => {
  const [guards] = await harness.as(
    "super",
    `select array_agg(tgname::text || ' ' || tgenabled::text order by tgname) from pg_trigger where tgrelid = '${table}'::regclass and tgname in ('needs_entry', 'no_delete', 'no_truncate')`,
  );
  expect(guards).toEqual(["needs_entry A", "no_delete A", "no_truncate A"]);
});
