import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Harness, openHarness } from "@/testing/harness";
import { readCatalog } from "./catalog-repository";
import { checkCatalog } from "./check-catalog";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness({ sequencer: false });
});
afterAll(() => harness.close());

const problemsNow = async (): Promise<string[]> => {
  const problems: string[] = [];
  await checkCatalog(harness.deps.db, {
    guards: { count: () => undefined, problem: (text: string) => problems.push(text) } as never,
  });
  return problems;
};

test("the list of what the migrations make is that of the present ones (update it with: npm run unit -- FILE -u)", async () => {
  const { server, objects } = await readCatalog(harness.deps.db);
  const list = {
    server,
    objects: Object.fromEntries(objects.map((one) => [one.name, one.digest])),
  };
  await expect(`${JSON.stringify(list, null, 2)}\n`).toMatchFileSnapshot("./expected-catalog.json");
});

describe("each change of the database by other hands is named", () => {
  test("a database that only the migrations made has none", async () => {
    expect(await problemsNow()).toEqual([]);
  });

  test.each([
    [
      "a guard that accepts everything",
      "create or replace function tlog.account_needs_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as 'begin return null; end'",
      "Changed in the database since the migrations made it: function tlog.account_needs_entry().",
    ],
    [
      "a guard that is switched off",
      "alter table session disable trigger needs_entry",
      "Changed in the database since the migrations made it: trigger needs_entry on public.session.",
    ],
    [
      "a guard that replication mode passes by",
      "alter table session enable trigger never_changes",
      "Changed in the database since the migrations made it: trigger never_changes on public.session.",
    ],
    [
      "a guard that is gone",
      "drop trigger never_changes on account",
      "Missing in the database: trigger never_changes on public.account.",
    ],
    [
      "a default that another value takes the place of",
      "alter table organization alter column name_binding set default 'observed'",
      "Changed in the database since the migrations made it: default of public.organization.name_binding.",
    ],
    [
      "a column of another type",
      "alter table delivery_attempt alter column answer type varchar(10)",
      "Changed in the database since the migrations made it: columns of public.delivery_attempt.",
    ],
    [
      "a privilege on a column",
      "grant update (id) on account to chancery_app",
      "Changed in the database since the migrations made it: privileges on columns of public.account.",
    ],
    [
      "a privilege of everybody",
      "grant delete on crl to public",
      "Changed in the database since the migrations made it: privileges on public.crl.",
    ],
    [
      "a function for everybody",
      "grant execute on function tlog.ensure_partition(bigint) to public",
      "Changed in the database since the migrations made it: privileges on function tlog.ensure_partition(bigint).",
    ],
    [
      "a constraint that is gone",
      "alter table certificate drop constraint serial_length",
      "Missing in the database: constraint serial_length on public.certificate.",
    ],
    [
      "a foreign key that is switched off",
      "alter table session disable trigger all",
      "Changed in the database since the migrations made it: foreign key triggers of public.session.",
    ],
    [
      "a rule that swallows changes",
      "create rule nothing as on update to session do instead nothing",
      "Added to the database by something other than the migrations: rule nothing on public.session.",
    ],
    [
      "a trigger that was added",
      "create trigger mine before insert on tlog.inbox for each row execute function tlog.fill_names()",
      "Added to the database by something other than the migrations: trigger mine on tlog.inbox.",
    ],
    [
      "another function",
      "create function tlog.mine() returns int language sql security definer as 'select 1'; revoke all on function tlog.mine() from public",
      "Added to the database by something other than the migrations: function tlog.mine().",
    ],
    // The last one: connections that are opened after it have that search path.
    [
      "a search path that puts other functions first",
      "do $$ begin execute format('alter database %I set search_path = evil, pg_catalog, public', current_database()); end $$",
      "Added to the database by something other than the migrations: setting search_path of every role.",
    ],
  ])("%s", async (_what, sql, problem) => {
    await harness.asSuper(sql);
    expect(await problemsNow()).toContain(problem);
  });

  test("reading by a role of the operator's own is none", async () => {
    const before = await problemsNow();
    await harness.asSuper("create role reporting_of_test nologin");
    try {
      await harness.asSuper("grant select on certificate to reporting_of_test");
      expect(await problemsNow()).toEqual(before);
      await harness.asSuper("grant update on certificate to reporting_of_test");
      expect(await problemsNow()).toContain(
        "Changed in the database since the migrations made it: privileges on public.certificate.",
      );
    } finally {
      await harness.asSuper("drop owned by reporting_of_test; drop role reporting_of_test");
    }
  });
});
