import { isAppError } from "@/lib/errors/app-error";
import type { Finding } from "@/lib/errors/types";
import type { Actor } from "@/lib/access/actor";
import { conflictMessage } from "@/lib/identities/add-names";
import { findConflictingNames, isReservedFor } from "@/lib/identities/find-conflicts";
import { explainNamePower } from "@/lib/identities/name-power";
import { explainPatternRefusal } from "@/lib/identities/parse-names";
import type { Identity } from "@/lib/identities/read-identities";
import { commonNameReadsAs } from "@/lib/pki/held-names/common-name";
import { listNames, rowCovers, type ListedName } from "@/lib/pki/held-names/carried-name";
import {
  asHeldName,
  canonicalName,
  describeHeldName,
  type CertificateName,
  type HeldName,
  type NameType,
} from "@/lib/pki/held-names/held-name";
import { readName } from "@/lib/pki/names";
import { isError, type RuleChecks } from "@/lib/pki/rule-checks";
import type { CertificatePlan } from "@/lib/pki/types";
import type { Deps } from "@/lib/runtime/deps";

/** What of a request decides whether it may add names to its identity. */
export type NameRequest = Readonly<{
  /** An identity that asks for itself is told that a name is not held, and no more. */
  bySelf: boolean;
  requester: Pick<Actor, "role">;
  predecessor: object | null;
  /** Names of which an identity proved control: it may add them itself, if they are free. */
  provenNames?: readonly string[];
  /** Names that the caller confirmed; true for whatever is missing. */
  addNames?: boolean | readonly Readonly<{ type: NameType; value: string }>[] | undefined;
}>;

export type CheckedName = Readonly<{
  type: NameType;
  value: string;
  from: "san" | "subject";
  state: "held" | "would-add" | "held-by-another" | "not-held";
  /** The row that covers it: `DNS:*.example.com`. */
  by: string | null;
  /** Who holds it; for staff alone. */
  holder: Readonly<{ id: string; name: string }> | null;
}>;
type NameBinding = "observed" | "enforced";
export type NameCheck = Readonly<{ names: readonly CheckedName[]; toAdd: readonly HeldName[] }>;

type NameDeps = Pick<Deps, "db" | "clock">;
/**
 * Checks that the identity holds every name of the planned certificate (decision 16). Staff may add
 * what is missing by issuing, a rotation and an identity that requests for itself may not. Where
 * names are `observed` only, what would be refused is a warning. Unless `thorough`, whether a name
 * is free is left to the transaction that adds it.
 */
export async function checkNames(
  deps: NameDeps,
  planned: Pick<CertificatePlan, "sans" | "subjectDer">,
  identity: Identity,
  request: NameRequest,
  { binding, thorough }: Readonly<{ binding: NameBinding; thorough: boolean }>,
  checks: RuleChecks,
): Promise<NameCheck> {
  const isStaff = !request.bySelf;
  const mayAdd = isStaff && request.predecessor === null && request.addNames !== false;
  const isRotation = request.predecessor !== null;
  const proven = new Set(request.provenNames);
  const { requester } = request;
  const permission = { isStaff, mayAdd, isRotation, thorough, requester, proven };
  const names: CheckedName[] = [];
  const toAdd: HeldName[] = [];
  for (const listed of listNames({ sans: planned.sans, subject: readName(planned.subjectDer) })) {
    const checked = isRefusedAlready(listed, checks)
      ? pass({ type: listed.type, value: listed.value, from: listed.from, ...unheld })
      : await checkName(deps, listed, identity, permission);
    const { result, finding, addition } = checked;
    names.push(result);
    if (addition) toAdd.push(addition);
    const label = describeHeldName({ type: listed.type, value: listed.value });
    checks.add(
      ruleOf(result),
      result.by === null ? label : `${label} by ${result.by}`,
      finding && withSeverity(finding, listed.path, binding),
    );
  }
  if (isStaff) checkConfirmed(request.addNames, toAdd, checks);
  return { names, toAdd };
}

/**
 * What is refused once names are enforced is a warning until then, with that said. A name that
 * belongs to a user or to Chancery is refused in any case: no earlier use of it is a right to it.
 */
const withSeverity = (finding: Finding, path: string, binding: NameBinding): Finding =>
  finding.severity !== undefined
    ? { ...finding, path }
    : binding === "enforced" || finding.code === "name.confers-power"
      ? { ...finding, path, severity: "error" }
      : {
          ...finding,
          path,
          severity: "warning",
          message: `${finding.message} It is issued only until an administrator enforces names.`,
        };

const unheld = { state: "not-held", by: null, holder: null } as const;

/** A common name that the profile refuses has its finding already. */
const isRefusedAlready = ({ type }: ListedName, { findings }: RuleChecks): boolean =>
  type === "cn" &&
  findings.some((one) => one.code === "certificate.common-name-not-bound" && isError(one));

const ruleOf = ({ state }: CheckedName): string =>
  state === "would-add" ? "name-is-added" : "name-is-held";

type Permission = Readonly<{
  isStaff: boolean;
  mayAdd: boolean;
  isRotation: boolean;
  thorough: boolean;
  requester: Pick<Actor, "role">;
  proven: ReadonlySet<string>;
}>;
type Checked = Readonly<{
  result: CheckedName;
  finding: Finding | null;
  addition: HeldName | null;
}>;

async function checkName(
  deps: NameDeps,
  { type, value, from }: ListedName,
  identity: Identity,
  permission: Permission,
): Promise<Checked> {
  const base = { type, value, from, by: null, holder: null } as const;
  const legacy = identity.names.find(
    (row) => row.type === "legacy" && row.value === `${type}:${value}`,
  );
  if (legacy) return pass({ ...base, state: "held", by: "its earlier certificates" });
  const name = canonicalOrFinding(type, value);
  if ("code" in name)
    return { result: { ...base, state: "not-held" }, finding: name, addition: null };
  const row = identity.names.find((held) => rowCovers(held, name));
  if (row) {
    const held = { ...base, state: "held", by: describeHeldName(row as HeldName) } as const;
    const power = await findMailboxFinding(deps, name, identity, permission);
    return power === null ? pass(held) : fail(held, power);
  }
  // A renamed identity goes on with its former name in rotations, as long as no other has it.
  if (type === "cn" && permission.isRotation && (await isReservedFor(deps, name, identity.id)))
    return pass({ ...base, state: "held", by: "its former name" });
  const unheldName = { ...base, state: "not-held" } as const;
  if (permission.proven.has(`${name.type}:${name.value}`))
    return checkProven(deps, { name, unheldName }, identity, permission);
  if (!permission.isStaff) return fail(unheldName, notHeld(name, identity, false));
  return checkAddition(deps, { name, unheldName }, identity, permission);
}

/**
 * Whether a name that the identity holds has become the mailbox of a user it isn't linked to. Only
 * mailboxes are looked up: they are the names of people, so a fleet of services pays nothing. A
 * rotation goes on with a warning, as it gives no one a name that they don't have.
 */
async function findMailboxFinding(
  deps: NameDeps,
  { type, value }: CertificateName,
  identity: Identity,
  { isStaff, isRotation }: Permission,
): Promise<Finding | null> {
  const isMailbox =
    type === "email" || (type === "cn" && commonNameReadsAs(value)?.type === "email");
  if (!isMailbox) return null;
  const power = await explainNamePower(deps, identity.id, asHeldName({ type, value }));
  if (power === null) return null;
  const message = isStaff
    ? power
    : `This identity can't get ${describeHeldName({ type, value })} in a certificate anymore, because it is the email address of a user. Ask an administrator to link the identity to that user.`;
  return {
    code: "name.confers-power",
    message,
    severity: isRotation ? "warning" : "error",
  };
}

/** What staff learn of a name that the identity doesn't hold: whose it is, or that it is added. */
async function checkAddition(
  deps: NameDeps,
  { name, unheldName }: Readonly<{ name: CertificateName; unheldName: CheckedName }>,
  identity: Identity,
  { mayAdd, thorough, requester }: Permission,
): Promise<Checked> {
  const held = asHeldName(name);
  const pattern = explainPatternRefusal(requester, held);
  const added = {
    result: { ...unheldName, state: "would-add" },
    finding: null,
    addition: held,
  } as const;
  if (mayAdd && pattern === null && !thorough) return added;
  const [other] = await findConflictingNames(deps, held, identity.id);
  if (other) {
    const holder = { id: other.identityId, name: other.identityName };
    return fail(
      { ...unheldName, state: "held-by-another", holder },
      { code: "name.held-by-another", message: conflictMessage(other, held) },
    );
  }
  if (!mayAdd) return fail(unheldName, notHeld(name, identity, true));
  const power = await explainNamePower(deps, identity.id, held);
  if (power !== null) return fail(unheldName, { code: "name.confers-power", message: power });
  if (pattern !== null)
    return fail(unheldName, { code: "name.pattern-not-allowed", message: pattern });
  return added;
}

/**
 * A name of which the identity proved control: it is added if nobody else holds it and it confers no
 * power. Control of a server is no right to another identity's name.
 */
async function checkProven(
  deps: NameDeps,
  { name, unheldName }: Readonly<{ name: CertificateName; unheldName: CheckedName }>,
  identity: Identity,
  { thorough }: Permission,
): Promise<Checked> {
  const held = asHeldName(name);
  const added = {
    result: { ...unheldName, state: "would-add" },
    finding: null,
    addition: held,
  } as const;
  if (!thorough) return added;
  const isTaken = (await findConflictingNames(deps, held, identity.id)).length > 0;
  const power = await explainNamePower(deps, identity.id, held);
  return isTaken || power !== null ? fail(unheldName, notHeld(name, identity, false)) : added;
}

const pass = (result: CheckedName): Checked => ({ result, finding: null, addition: null });
const fail = (result: CheckedName, finding: Finding): Checked => ({
  result,
  finding,
  addition: null,
});

function canonicalOrFinding(type: NameType, value: string): CertificateName | Finding {
  try {
    return canonicalName(type, value);
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { code: error.code, message: error.message };
  }
}

function notHeld(name: CertificateName, identity: Identity, isStaff: boolean): Finding {
  const label = describeHeldName(name);
  return {
    code: "name.not-held",
    message: isStaff
      ? `${identity.name} doesn't hold ${label}. Add the name to the identity first.`
      : `This identity doesn't hold ${label}. Ask an ${identity.powers.length > 0 ? "administrator" : "administrator or operator"}, who can see whether the name is free, to add it.`,
  };
}

/** A list that the caller confirmed must be exactly what would be added. */
function checkConfirmed(
  confirmed: NameRequest["addNames"],
  toAdd: readonly HeldName[],
  checks: RuleChecks,
): void {
  if (confirmed === undefined || typeof confirmed === "boolean") return;
  const key = ({ type, value }: { type: string; value: string }): string => `${type}:${value}`;
  const wanted = new Set(confirmed.map(key));
  const isSame = wanted.size === toAdd.length && toAdd.every((name) => wanted.has(key(name)));
  checks.add(
    "additions-are-confirmed",
    [...wanted].join(" "),
    isSame
      ? null
      : {
          code: "name.additions-changed",
          message: `This certificate would add ${toAdd.map(describeHeldName).join(", ") || "no names"}, which is not what was confirmed. Preview it again.`,
          path: "addNames",
        },
  );
}
