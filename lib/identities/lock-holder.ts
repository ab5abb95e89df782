import type { Actor } from "@/lib/access/actor";
import { lockIdentity, type IdentityRow } from "./identity-repository";
import { requirePower } from "./power";
import { identityNotFound } from "./read-identities";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import { AppError } from "@/lib/errors/app-error";
import { listNamesOf, queryIn } from "./name-repository";
import { isOwnName } from "./own-names";
import type { NameRow } from "./types";
import type { NameInput } from "./schema";
import { describeHeldName, parseHeldName } from "@/lib/pki/held-names/held-name";

export type Holder = Pick<IdentityRow, "id" | "name">;

/**
 * Locks an identity whose names the actor wants to change. Errors: `identity.not-found`,
 * `identity.confers-power`.
 */
export async function lockHolder(tx: AuditedTx, actor: Actor, id: string): Promise<Holder> {
  const row = await lockIdentity(tx, id);
  if (!row) throw identityNotFound();
  await requirePower(tx, actor, id, "names");
  return row;
}

/**
 * The rows of an identity, held or reserved, that are exactly these names. Errors: `name.not-held`
 * for one that it doesn't have, `name.own-name` for its own name; those of `parseHeldName`.
 */
export async function rowsNamed(
  tx: AuditedTx,
  identity: Readonly<{ id: string; name: string }>,
  names: readonly NameInput[],
  path: string,
): Promise<NameRow[]> {
  const rows = await listNamesOf(queryIn(tx), identity.id);
  return names.map((input, at) => {
    const name = parseHeldName(input.type, input.value);
    const row = rows.find(({ type, value }) => type === name.type && value === name.value);
    if (row && !isOwnName(row, identity)) return row;
    const message = row
      ? `${describeHeldName(name)} is the name of ${identity.name} itself. Rename the identity to change it.`
      : `${identity.name} doesn't hold ${describeHeldName(name)}. Reload its names.`;
    const code = row ? "name.own-name" : "name.not-held";
    throw new AppError(code, message, { findings: [{ code, path: `${path}.${at}`, message }] });
  });
}
