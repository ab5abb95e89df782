import { AppError } from "@/lib/errors/app-error";
import { describeHeldName, type HeldName } from "@/lib/pki/held-names/held-name";
import type { Deps } from "@/lib/runtime/deps";
import { listNamePowers, type NamePowerRow } from "@/lib/identities/names/name-power-repository";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import { findConflicts } from "./find-conflicts";
import { lockNames, queryIn, queryOn, type NameQuery } from "./name-repository";

const messageOf = (name: HeldName, { kind, label }: NamePowerRow): string =>
  kind === "account"
    ? `${describeHeldName(name)} is the email address of the user ${label}. Only the identity that is linked to that user can have it. Link the identity first, or choose another name.`
    : `${describeHeldName(name)} is the name of the CA ${label}, and a certificate with it could be taken for the CA's. Choose another name.`;

/**
 * Why each of these names can't be added to the identity, by anyone: the mailbox of an account
 * is for the identity that signs in to it, and the name of a CA is Chancery's. By place in the
 * list.
 */
async function findNamePowers(
  query: NameQuery,
  identityId: string,
  names: readonly HeldName[],
): Promise<ReadonlyMap<number, string>> {
  const rows = await listNamePowers(query, names);
  const others = rows.filter((row) => row.identityId !== identityId);
  return new Map(others.map((row) => [row.at, messageOf(names[row.at]!, row)]));
}

/**
 * Refuses names of power for an identity that they don't belong to. Errors: `name.confers-power`.
 */
export async function assertNoNamePower(
  tx: AuditedTx,
  identityId: string,
  names: readonly HeldName[],
  pathOf: (name: HeldName, at: number) => string = (_name, at) => `names.${at}`,
): Promise<void> {
  const powers = await findNamePowers(queryIn(tx), identityId, names);
  const findings = [...powers].map(([at, message]) => ({
    code: "name.confers-power",
    message,
    path: pathOf(names[at]!, at),
  }));
  const [first] = findings;
  if (first) throw new AppError("name.confers-power", first.message, { findings });
}

/** For other use cases: why the name can't be added to the identity; null if it can. */
export async function explainNamePower(
  deps: Pick<Deps, "db">,
  identityId: string,
  name: HeldName,
): Promise<string | null> {
  return (await findNamePowers(queryOn(deps.db), identityId, [name])).get(0) ?? null;
}

type MailboxHolder = Readonly<{ identityId: string; identity: string; name: string }>;

/**
 * The identities that hold the email of a new user, or for which it is reserved. They could be taken
 * for the user wherever a certificate's mailbox counts, so an administrator has to accept them; from
 * then on they get no new certificate with it unless they are linked. A transaction that adds the
 * name at the same moment waits. Errors: `account.email-held`.
 */
export async function acceptMailboxHolders(
  tx: AuditedTx,
  { email, accepted, now }: Readonly<{ email: string; accepted: boolean; now: Date }>,
): Promise<MailboxHolder[]> {
  const name = { type: "email", form: "exact", value: email } as const;
  await lockNames(tx, [name]);
  const { conflicts } = await findConflicts(queryIn(tx), [name], "", now);
  const holders = conflicts.map((row) => ({
    identityId: row.identityId,
    identity: row.identityName,
    name: describeHeldName(row as HeldName),
  }));
  if (holders.length > 0 && !accepted) throw emailHeld(email, holders);
  return holders;
}

/**
 * Refuses the name of a new CA that an identity holds as a common name: its certificates could be
 * taken for the CA's. Errors: `name.held-by-another`.
 */
export async function assertAuthorityNameFree(
  tx: AuditedTx,
  value: string,
  now: Date,
): Promise<void> {
  const name = { type: "cn", form: "exact", value } as const;
  await lockNames(tx, [name]);
  const { conflicts } = await findConflicts(queryIn(tx), [name], "", now);
  const [other] = conflicts.filter(({ identityKind }) => identityKind !== "system");
  if (other === undefined) return;
  const message = `${describeHeldName(other as HeldName)} is a name of the identity ${other.identityName}, whose certificates could be taken for this CA's. Choose another name for the CA, or rename the identity first.`;
  throw new AppError("name.held-by-another", message, {
    findings: [{ code: "name.held-by-another", path: "name", message }],
  });
}

function emailHeld(email: string, holders: readonly MailboxHolder[]): AppError {
  const names = [...new Set(holders.map(({ identity }) => identity))];
  const message = `${names.join(", ")} ${names.length === 1 ? "holds" : "hold"} ${email} as a name for certificates, and could be taken for this user. Release the name first, or accept it (API: \`acceptEmailHolders\`: true) and link the identity to the user. Until it is linked, it gets no new certificate with this name.`;
  return new AppError("account.email-held", message, {
    findings: [{ code: "account.email-held", path: "email", message }],
    details: { holders },
  });
}
