import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appPrivileges } from "./app-privileges";
import type { RolePrivileges } from "./privilege-types";
import { signerPrivileges } from "./signer-privileges";
import { type Harness, openHarness } from "@/testing/harness";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness({ sequencer: false });
});
afterAll(() => harness.close());

const lines = async (sql: string, values: readonly unknown[]): Promise<string[]> =>
  (await harness.asSuper(sql, values)).map((row) => String(row["line"])).toSorted();

const ours =
  "n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and not exists (select from pg_depend d where d.objid = o.oid and d.deptype = 'e')";

/** Every privilege of a role on relations of any schema, whole or by column, in one line each. */
const relationPrivileges = `
  select n.nspname || '.' || o.relname || ' ' || lower(p.privilege_type) as line
    from pg_class o join pg_namespace n on n.oid = o.relnamespace, aclexplode(o.relacl) p join pg_roles r on r.oid = p.grantee
    where r.rolname = $1 and ${ours}
  union all
  select n.nspname || '.' || o.relname || ' ' || lower(p.privilege_type) || ' ' || a.attname
    from pg_class o join pg_namespace n on n.oid = o.relnamespace join pg_attribute a on a.attrelid = o.oid, aclexplode(a.attacl) p join pg_roles r on r.oid = p.grantee
    where r.rolname = $1 and ${ours}`;
const functionPrivileges = `
  select n.nspname || '.' || o.proname as line
    from pg_proc o join pg_namespace n on n.oid = o.pronamespace, aclexplode(o.proacl) p join pg_roles r on r.oid = p.grantee
    where r.rolname = $1 and ${ours}`;
const schemaPrivileges = `
  select o.nspname || ' ' || lower(p.privilege_type) as line
    from pg_namespace o, aclexplode(o.nspacl) p join pg_roles r on r.oid = p.grantee where r.rolname = $1`;

const linesOf = (privilege: string, columns: "all" | readonly string[]): string[] =>
  columns === "all" ? [privilege] : columns.map((column) => `${privilege} ${column}`);
const declaredLines = ({ tables }: RolePrivileges): string[] =>
  Object.entries(tables)
    .flatMap(([name, { select = [], insert = [], update = [], ...whole }]) => [
      ...linesOf(`${name} select`, select),
      ...linesOf(`${name} insert`, insert),
      ...linesOf(`${name} update`, update),
      ...(whole.delete ? [`${name} delete`] : []),
      ...(whole.maintain ? [`${name} maintain`] : []),
    ])
    .toSorted();

describe.each([
  ["chancery_app", appPrivileges],
  ["chancery_signer", signerPrivileges],
])("%s has exactly the privileges that are declared", (role, declared) => {
  test("on every table, column, sequence and view of every schema", async () => {
    expect(await lines(relationPrivileges, [role])).toEqual(declaredLines(declared));
  });

  test("on every function", async () => {
    expect(await lines(functionPrivileges, [role])).toEqual(declared.functions.toSorted());
  });

  test("on every schema, where it creates nothing", async () => {
    expect(await lines(schemaPrivileges, [role])).toEqual(
      declared.schemas.map((schema) => `${schema} usage`).toSorted(),
    );
  });

  test("and belongs to no other role, owns nothing and is no superuser", async () => {
    const [row] = await harness.asSuper(
      `select rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls as power,
        exists (select from pg_auth_members where member = r.oid) as member, exists (select from pg_shdepend where refobjid = r.oid and deptype = 'o') as owns
        from pg_roles r where rolname = $1`,
      [role],
    );
    expect(row).toEqual({ power: false, member: false, owns: false });
  });
});

test("everybody else has nothing in Chancery's schemas but what PostgreSQL gives them in public", async () => {
  const everybody = (sql: string): string =>
    sql
      .replaceAll("join pg_roles r on r.oid = p.grantee", "")
      .replaceAll("r.rolname = $1", "p.grantee = 0");
  expect(await lines(everybody(relationPrivileges), [])).toEqual([]);
  expect(await lines(everybody(functionPrivileges), [])).toEqual([]);
  const open = await lines(
    `select o.oid::regprocedure::text as line from pg_proc o join pg_namespace n on n.oid = o.pronamespace where ${ours} and n.nspname <> 'public' and o.proacl is null`,
    [],
  );
  expect(open).toEqual([]);
});
