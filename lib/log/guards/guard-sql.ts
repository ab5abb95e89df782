import { guardedTables } from "./guarded-tables";
import type { Basis, Case, GuardedTable, Rule } from "./types";

/** The trigger function of a table, written by hand or made from its declaration. */
export const guardFunctionOf = (table: string): string =>
  guardedTables[table]?.writtenByHand ?? `tlog.${table}_needs_entry`;

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const list = (texts: readonly string[]): string => texts.map(quote).join(", ");

const reserved: ReadonlySet<string> = new Set(["only", "values"]);
const quoted = (column: string): string => (reserved.has(column) ? `"${column}"` : column);

const tuple = (row: "new" | "old", columns: readonly string[]): string =>
  columns.length === 1
    ? `${row}.${quoted(columns[0] ?? "")}`
    : `(${columns.map((column) => `${row}.${quoted(column)}`).join(", ")})`;
const differs = (columns: readonly string[]): string =>
  `${tuple("new", columns)} is distinct from ${tuple("old", columns)}`;

const comparand = (target: string, isArray: true | undefined): string =>
  isArray ? `any(${target})` : target;

const namesEachOnce = "convert_from(i.entry, 'UTF8') is json object with unique keys";

function basisSql(basis: Basis): string {
  const { target, isArray, actions, says, outcome = "success", mayRepeatMembers } = basis;
  return [
    `e.j #>> '{target,id}' = ${comparand(target, isArray)}`,
    actions.length === 1
      ? `e.j ->> 'action' = ${list(actions)}`
      : `e.j ->> 'action' in (${list(actions)})`,
    `e.j ->> 'outcome' = ${quote(outcome)}`,
    ...(says ? [says] : []),
    ...(mayRepeatMembers === undefined ? [namesEachOnce] : []),
  ].join(" and ");
}

function targetFilter(by: readonly Basis[]): string {
  const [first] = by;
  if (by.length === 1 && first) return comparand(first.target, first.isArray);
  return `any(array[${by.map(({ target }) => target).join(", ")}])`;
}

/**
 * Whether an entry of this transaction is one that the change can rest on. The inbox's columns only
 * find it; what counts is in the bytes.
 */
function recordedSql(by: readonly Basis[], indent: string): string {
  const bases = by.map(basisSql);
  const says =
    bases.length === 1
      ? bases.join()
      : `(\n${bases.map((basis) => `${indent}    ${basis}`).join(" or\n")})`;
  return `exists (select from tlog.inbox i, lateral (select convert_from(i.entry, 'UTF8')::jsonb as j offset 0) e
${indent}  where i.xid = pg_current_xact_id() and i.target_id = ${targetFilter(by)} and e.j ->> 'id' = i.entry_id and ${says})`;
}

const refuse = "perform tlog.refuse_unrecorded(tg_table_name, to_jsonb(new) ->> 'id');";

function caseSql({ by, whileHalted, isHeldByOther }: Case, indent: string): string {
  if (isHeldByOther) return `${indent}null;`;
  if (by.length === 0) return `${indent}${refuse}`;
  const recorded = `${indent}if not ${recordedSql(by, indent)}
${indent}then
${indent}  ${refuse}
${indent}end if;`;
  if (whileHalted === true) return recorded;
  const unless = whileHalted === undefined ? "" : `\n${indent}  and not ${whileHalted}`;
  return `${recorded}
${indent}if exists (select from tlog.head where halted is not null)${unless} then
${indent}  perform tlog.refuse_while_halted();
${indent}end if;`;
}

function casesSql(cases: readonly Case[], indent: string): string {
  const [only] = cases;
  if (cases.length === 1 && only && only.when === undefined) return caseSql(only, indent);
  const branches = cases.map((one, at) => {
    const head = one.when === undefined ? "else" : `${at === 0 ? "if" : "elsif"} ${one.when} then`;
    return `${indent}${head}\n${caseSql(one, `${indent}  `)}`;
  });
  const isTotal = cases.at(-1)?.when === undefined;
  const rest = isTotal ? [] : [`${indent}else\n${caseSql({ by: [] }, `${indent}  `)}`];
  return [...branches, ...rest, `${indent}end if;`].join("\n");
}

const ruleSql = ({ columns, cases }: Rule): string =>
  `    if ${differs(columns)} then\n${casesSql(cases, "      ")}\n    end if;`;

/** The body of a table's guard, as it stands in the catalog. */
export function guardBody({ insert, update }: GuardedTable): string {
  const inserted = typeof insert === "string" ? "    null;" : casesSql(insert, "    ");
  const updated = update.length === 0 ? "    null;" : update.map(ruleSql).join("\n");
  return `
begin
  if tg_op = 'INSERT' then
${inserted}
  else
${updated}
  end if;
  return null;
end `;
}

const isFixedTrigger = "never_changes";

/** When the guard runs: an insert or update that is free of it doesn't cost anything. */
const eventsOf = ({ insert, update }: GuardedTable): string =>
  [
    ...(typeof insert === "string" ? [] : ["insert"]),
    ...(update.length > 0
      ? [`update of ${update.flatMap(({ columns }) => columns.map(quoted)).join(", ")}`]
      : []),
  ].join(" or ");

/** The triggers of a table by name, as statements without `create`. */
export function guardTriggers(
  table: string,
  guard: GuardedTable,
): Readonly<Record<string, string>> {
  const events = eventsOf(guard);
  const { fixed, deleted, writtenByHand, appendOnly } = guard;
  const needsEntry: Readonly<Record<string, string>> =
    writtenByHand || events === ""
      ? {}
      : {
          needs_entry: `constraint trigger needs_entry after ${events} on ${table} deferrable initially deferred for each row execute function ${guardFunctionOf(table)}()`,
        };
  if (appendOnly) return needsEntry;
  return {
    ...needsEntry,
    [isFixedTrigger]: `trigger ${isFixedTrigger} before update of ${fixed.map(quoted).join(", ")} on ${table} for each row when (${fixed.map((column) => differs([column])).join(" or ")}) execute function tlog.refuse_rewrite()`,
    ...(deleted
      ? {}
      : {
          no_delete: `trigger no_delete before delete on ${table} for each row execute function tlog.refuse_delete()`,
        }),
    no_truncate: `trigger no_truncate before truncate on ${table} for each statement execute function tlog.refuse_delete()`,
  };
}

/** The statements that give a table its guards, in place of those that it had. */
export function guardStatements(table: string, guard: GuardedTable): string[] {
  const triggers = Object.entries(guardTriggers(table, guard));
  const name = `public.${table}`;
  return [
    ...(guard.writtenByHand || eventsOf(guard) === ""
      ? []
      : [
          `create or replace function ${guardFunctionOf(table)}() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$${guardBody(guard)}$$;`,
          `revoke all on function ${guardFunctionOf(table)}() from public;`,
        ]),
    ...triggers.flatMap(([trigger, text]) => [
      `drop trigger if exists ${trigger} on ${name};`,
      `create ${text.replace(` on ${table} `, ` on ${name} `)};`,
      `alter table ${name} enable always trigger ${trigger};`,
    ]),
  ];
}
