import { minuteMs } from "@/lib/format/time-units";
import { credentialDigest } from "@/lib/log/credential-digest";
import type { EntryRecord } from "@/lib/log/types";
import { type Checks } from "./types";

export type CredentialCheck = Readonly<{ add: (seq: number, record: EntryRecord) => void }>;

/** What entries say about a token or account; the value before the last change counts a little longer. */
type Stated = { value: string | null; before: string | null; changedAt: number };
type Holder = { digest: Stated | null; role: Stated };

/** A request may have begun before a change that is numbered first. */
const overlapMs = 5 * minuteMs;

const creating: ReadonlySet<string> = new Set([
  "token.created",
  "account.created",
  "enrollment-secret.created",
  "login.created",
]);

const state = (value: string | null, at: number, before: string | null = value): Stated => ({
  value,
  before,
  changedAt: at,
});
const allows = ({ value, before, changedAt }: Stated, found: unknown, at: number): boolean =>
  found === value || (found === before && at - changedAt <= overlapMs);

/**
 * Compares the credential and the role that each entry was made with to what earlier entries say of
 * them. So a token's hash, a password, a session or a role that was exchanged in the database and
 * put back is found by what was done meanwhile. Entries of versions that recorded no digests are
 * not covered.
 */
export function makeCredentialCheck({
  credentials: check,
}: Pick<Checks, "credentials">): CredentialCheck {
  const tokens = new Map<string, Holder>();
  const secrets = new Map<string, Holder>();
  const accounts = new Map<string, Holder>();
  const sessions = new Map<string, string | null>();
  const learn = (record: EntryRecord, at: number): void => {
    const { action, outcome, target, actor } = record;
    if (outcome !== "success" || target === null) return;
    if (creating.has(action)) check.count();
    if (action === "session.started") sessions.set(credentialDigest(target.id), actor.id);
    else if (action === "token.created") tokens.set(target.id, tokenOf(record, at));
    else if (action === "enrollment-secret.created") secrets.set(target.id, secretOf(record, at));
    else if (action === "login.created") tokens.set(target.id, secretOf(record, at));
    else if (action === "account.created") accounts.set(target.id, accountOf(record, at));
    else if (action === "account.updated") updateAccount(accounts.get(target.id), record, at);
  };
  return {
    add: (seq, record) => {
      const { action, outcome, actor, details } = record;
      const at = Date.parse(record.ts);
      if (action === "session.started" && outcome === "success") {
        const account = accounts.get(actor.id ?? "");
        const { passwordDigest } = details;
        check.count();
        if (
          account?.digest &&
          passwordDigest !== undefined &&
          !allows(account.digest, passwordDigest, at)
        )
          check.problem(
            `Entry ${seq}: ${actor.label} signed in with a password that is not the one in the log.`,
          );
      }
      learn(record, at);
      const { credentialDigest: used, actorRole: role } = details;
      if (used === undefined) return;
      check.count();
      const id = actor.id ?? "";
      const problem =
        actor.kind === "token"
          ? secretProblem("token", tokens.get(id), { used, role, at })
          : actor.kind === "enrollment-secret"
            ? secretProblem("enrollment secret", secrets.get(id), {
                used,
                // A refusal is an entry of someone who may do nothing.
                role: outcome === "denied" && role === null ? "service" : role,
                at,
              })
            : sessionProblem(sessions, accounts.get(id), actor.id, { used, role, at });
      if (problem !== null) check.problem(`Entry ${seq} (${action}, ${actor.label}) ${problem}.`);
    },
  };
}

type Used = Readonly<{ used: unknown; role: unknown; at: number }>;

function secretProblem(
  what: "token" | "enrollment secret",
  holder: Holder | undefined,
  { used, role, at }: Used,
): string | null {
  if (holder === undefined)
    return `was made with ${what === "token" ? "a token" : "an enrollment secret"} that no earlier entry creates`;
  if (holder.digest !== null && !allows(holder.digest, used, at))
    return `was made with another secret than the ${what} was created with`;
  return allows(holder.role, role, at) ? null : roleProblem(role, holder.role);
}

function sessionProblem(
  sessions: ReadonlyMap<string, string | null>,
  account: Holder | undefined,
  id: string | null,
  { used, role, at }: Used,
): string | null {
  const holder = sessions.get(String(used));
  if (holder === undefined) return "was made in a session that no earlier entry starts";
  if (holder !== id) return "was made in a session of another account";
  return account === undefined || allows(account.role, role, at)
    ? null
    : roleProblem(role, account.role);
}

const roleProblem = (role: unknown, { value }: Stated): string =>
  `was made with the role ${String(role)}, but the role according to the log is ${value ?? "none"}`;

const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);

function tokenOf({ details }: EntryRecord, at: number): Holder {
  const digest = textOrNull(details["secretDigest"]);
  return {
    digest: digest === null ? null : state(digest, at),
    role: state(textOrNull(details["role"]), at),
  };
}

/** An enrollment secret or a login acts as its identity, a service. */
const secretOf = (record: EntryRecord, at: number): Holder => ({
  ...tokenOf(record, at),
  role: state("service", at),
});

function accountOf({ details }: EntryRecord, at: number): Holder {
  const { passwordDigest, role } = details;
  return {
    digest: passwordDigest === undefined ? null : state(textOrNull(passwordDigest), at),
    role: state(textOrNull(role), at),
  };
}

function updateAccount(account: Holder | undefined, { details }: EntryRecord, at: number): void {
  if (account === undefined) return;
  const { role, password } = (details["changes"] ?? {}) as Readonly<
    Record<string, { to?: unknown } | undefined>
  >;
  if (role !== undefined) account.role = state(textOrNull(role.to), at, account.role.value);
  if (password === undefined) return;
  const before = account.digest?.value ?? null;
  const digest = textOrNull(details["passwordDigest"]);
  if (password.to === "removed") account.digest = state(null, at, before);
  else account.digest = digest === null ? null : state(digest, at, before);
}
