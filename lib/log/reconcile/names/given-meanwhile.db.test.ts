import { afterAll, beforeAll, expect, test } from "vitest";
import { updateIdentity } from "@/lib/identities/update-identity";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { editNames, makeHolder, makeNamesProfile } from "@/testing/ca/names-fixture";
import type { Harness } from "@/testing/harness";
import { withoutTriggers } from "@/testing/log/as-superuser";
import { reconcile } from "../reconcile";

// What a superuser has the application record, and puts back before anybody compares.
let harness: Harness;
let deps: Deps;
const admin = adminActor();
beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  await makeNamesProfile(deps);
});
afterAll(() => harness.close());

const problems = async (): Promise<readonly string[]> => (await reconcile(deps)).problems;
const sequence = () => deps.db.pool.query("select tlog.sequence_batch(100000)");
const quietly = (...statements: readonly string[]) =>
  withoutTriggers(harness.urls.superUrl, ["identity_name"], statements);

test("a name that was given to another by the rules while its row was gone, and came back", async () => {
  const { id: holder } = await makeHolder(deps, "DNS:gone.e.example DNS:*.gone2.e.example");
  const { id: other } = await makeHolder(deps);
  await sequence();
  const before = await problems();
  await quietly(
    `create table gone as select id from identity_name where identity_id = '${holder}' and type = 'dns'`,
    "update identity_name set state = 'released' where id in (select id from gone)",
  );
  const names = "DNS:gone.e.example DNS:x.gone2.e.example";
  await editNames(deps, admin, other, { add: names });
  await editNames(deps, admin, other, { release: names, onRelease: "free" });
  await quietly("update identity_name set state = 'held' where id in (select id from gone)");
  await sequence();
  const found = (await problems()).filter((text) => !before.includes(text));
  expect(found).toEqual([
    expect.stringMatching(
      `Entry \\d+ gives DNS:(x.)?gone2?.e.example to the identity ${other}, although DNS:.*gone.* belonged to ${holder} by the log`,
    ),
    expect.stringMatching(`to the identity ${other}, although DNS:.*belonged to ${holder}`),
  ]);
});

test.each([
  ["DNS:x.gone3.e.example", "DNS:*.gone3.e.example"],
  ["DNS:x.gone4.e.example", "CN:x.GONE4.e.example"],
  ["IP:10.77.1.2", "IP:10.77.0.0/16"],
  ["IP:10.78.0.0", "IP:10.78.0.0/24"],
  ["IP:10.79.0.0/16", "IP:10.79.3.4"],
  ["IP:10.80.2.0/24", "IP:10.80.0.0/16"],
  ["URI:spiffe://e.example/gone5/a/b", "URI:spiffe://e.example/gone5/*"],
  ["URI:spiffe://e.example/gone6/*", "URI:spiffe://e.example/gone6/a/b"],
  ["URI:spiffe://e.example/gone7/a/*", "URI:spiffe://e.example/gone7/*"],
  ["email:gone@e.example", "email:Gone+x@e.example"],
])("%s, while its row was gone and another was given %s", async (held, given) => {
  const { id: holder } = await makeHolder(deps, held);
  await sequence();
  const before = await problems();
  await quietly(
    "drop table if exists gone",
    `create table gone as select id from identity_name where identity_id = '${holder}' and type <> 'cn'`,
    "update identity_name set state = 'released' where id in (select id from gone)",
  );
  const isOwn = given.startsWith("CN:");
  const { id: other } = await makeHolder(
    deps,
    isOwn ? "" : given,
    isOwn ? { name: given.slice(3) } : {},
  );
  if (isOwn) await updateIdentity(deps, admin, other, { name: `moved ${given.slice(3, 4)}` });
  else await editNames(deps, admin, other, { release: given, onRelease: "free" });
  await quietly("update identity_name set state = 'held' where id in (select id from gone)");
  await sequence();
  const [found = "", ...more] = (await problems()).filter((text) => !before.includes(text));
  expect(found).toContain(`gives ${given} to the identity ${other}, although ${held} belonged to`);
  expect(more).toEqual([]);
});

test("names that only look alike are no overlaps", async () => {
  const before = await problems();
  await makeHolder(
    deps,
    "DNS:*.near.e.example IP:10.90.1.0/24 URI:spiffe://e.example/near/* email:near@e.example",
  );
  await makeHolder(
    deps,
    "DNS:near.e.example DNS:a.b.near.e.example DNS:*.b.near.e.example DNS:xnear.e.example IP:10.90.2.0/24 IP:10.90.0.255 IP:10.90.2.0 URI:spiffe://e.example/near URI:spiffe://e.example/nearer/a URI:https://e.example/near/a email:near2@e.example",
  );
  await sequence();
  expect((await problems()).filter((text) => !before.includes(text))).toEqual([]);
});

test("a name that a trigger adds while another is added by the rules", async () => {
  const { id } = await makeHolder(deps);
  const before = await problems();
  await harness.asSuper(
    `create function add_another() returns trigger language plpgsql security definer as $$ begin
      if new.value = 'asked.e.example' then
        insert into identity_name (id, identity_id, type, form, value, state, origin, created_at, changed_at)
          values ('nam_' || repeat('8', 26), new.identity_id, 'dns', 'exact', 'more.e.example', 'held', 'edit', now(), now());
      end if; return new; end $$`,
  );
  await harness.asSuper(
    "create trigger add_another before insert on identity_name for each row execute function add_another()",
  );
  await editNames(deps, admin, id, { add: "DNS:asked.e.example" });
  await harness.asSuper("drop trigger add_another on identity_name; drop function add_another()");
  await sequence();
  expect((await problems()).filter((text) => !before.includes(text))).toEqual([
    expect.stringMatching(
      /DNS:more.e.example was changed together with others, although no entry of that time names it/,
    ),
  ]);
});
