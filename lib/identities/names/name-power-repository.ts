import type { HeldName } from "@/lib/pki/held-names/held-name";
import type { NameQuery } from "@/lib/identities/name-repository";
import type { HeldMailbox } from "@/lib/identities/schema";

/** A name that confers power, and the identity that may hold it; null if none may. */
export type NamePowerRow = Readonly<{
  at: number;
  kind: "account" | "authority";
  label: string;
  identityId: string | null;
}>;

/**
 * Which of the names overlap the mailbox of an account or the common name of an authority, by place
 * in the list. A common name that reads as a mailbox counts as that mailbox. Whether an account is
 * active makes no difference: it can be activated again.
 */
export async function listNamePowers(
  query: NameQuery,
  names: readonly HeldName[],
): Promise<NamePowerRow[]> {
  if (names.length === 0) return [];
  const items = names.map(({ type, form, value }, at) => ({ at, type, form, value }));
  return query<NamePowerRow>(
    `with asked as (select at, type, tlog.name_span_of(type, form, value) as span
        from jsonb_to_recordset($1::jsonb) as x (at int, type text, form text, value text))
      select x.at, 'account' as kind, a.email as label, a.identity_id as "identityId" from asked x
        join account a on x.span && tlog.name_span_of('email', 'exact', a.email)
      union all
      select x.at, 'authority', a.name, null from asked x join authority a on x.span && tlog.name_span_of('cn', 'exact', a.name)
      order by 1, 2`,
    JSON.stringify(items),
  );
}

const maxMailboxes = 200;

/**
 * Emails of users that identities have which aren't linked to them: from before the user, or before
 * another identity was linked.
 */
export async function listHeldMailboxes(query: NameQuery): Promise<HeldMailbox[]> {
  return query<HeldMailbox>(
    `select json_build_object('id', a.id, 'email', a.email) as account,
        json_build_object('id', i.id, 'name', i.name) as identity, n.type || ':' || n.value as name
      from account a join identity_name n on n.state <> 'released' and n.span && tlog.name_span_of('email', 'exact', a.email)
        and n.identity_id is distinct from a.identity_id
      join identity i on i.id = n.identity_id order by a.id, n.id limit ${maxMailboxes}`,
  );
}
