import { dayMs } from "@/lib/format/time-units";
import {
  readActiveHours,
  readCertificates,
  readIssued,
  readUses,
  type CertificateRow,
} from "@/lib/alerts/rule-state-repository";
import type { CertificateFacts, IdentityFacts } from "@/lib/alerts/types";
import type { ReadableEntry } from "@/lib/log/read-entry";
import type { EntryRecord } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { makeBaseline, readActiveRules, type RuleState } from "./rule-state";

const issuedSinceMs = 29 * dayMs;
const settingsActions = new Set<string>(["rule.updated", "exception.created", "exception.ended"]);
const certificateActions = new Set<string>([
  "certificate.revoked",
  "certificate.held",
  "certificate.released",
  "certificate.issued",
]);

/**
 * Who requested a planned certificate, to count what one requester issues. Null for Chancery itself
 * and for rotations, which come in waves.
 */
export const requesterOf = ({
  action,
  actor,
  details,
}: Pick<EntryRecord, "action" | "actor" | "details">): string | null =>
  action === "certificate.planned" &&
  actor.kind !== "system" &&
  typeof details["predecessorId"] !== "string"
    ? (actor.id ?? actor.label)
    : null;

/**
 * Whose active hours an entry counts for: a person's (by certificate) or an account's. Reads of an
 * account don't count, because an open page keeps reading all night.
 */
export function activitySubject({
  action,
  actor,
  identity,
}: Readonly<{
  action: string;
  actor: EntryRecord["actor"];
  identity: IdentityFacts | null;
}>): string | null {
  if (identity !== null) return identity.kind === "person" ? identity.id : null;
  return actor.kind === "user" && !action.endsWith(".read") ? actor.id : null;
}

/**
 * Reads everything that the batch needs and `state` does not have, in a few queries. What the
 * batch's own entries change is read again.
 */
export async function prepareState(
  deps: Pick<Deps, "db" | "clock">,
  state: RuleState,
  rows: readonly ReadableEntry[],
): Promise<void> {
  if (rows.some(({ record }) => settingsActions.has(record.action)))
    Object.assign(state, await readActiveRules(deps));
  dropChangedCertificates(state, rows);
  await prepareCertificates(deps, state, rows);
  await prepareBaselines(deps, state, rows);
  await prepareActiveHours(deps, state, rows);
  await prepareIssued(deps, state, rows);
}

function dropChangedCertificates(state: RuleState, rows: readonly ReadableEntry[]): void {
  for (const { record } of rows) {
    const { action, target, details } = record;
    if (target === null) continue;
    if (certificateActions.has(action)) state.certificates.delete(target.id);
    if (action === "certificate.planned" && typeof details["predecessorId"] === "string")
      state.certificates.delete(details["predecessorId"]);
    if (!action.startsWith("identity.")) continue;
    for (const [id, known] of state.certificates)
      if (known?.identity.id === target.id) state.certificates.delete(id);
  }
}

/**
 * The refusal says that the certificate is revoked or on hold: the revocation may be newer than
 * what was read.
 */
const mayBeStale = ({ action, details }: EntryRecord): boolean =>
  (action === "request.refused" || action === "request.denied") &&
  (details["code"] === "certificate.revoked" || details["code"] === "certificate.on-hold");

async function prepareCertificates(
  { db }: Pick<Deps, "db">,
  state: RuleState,
  rows: readonly ReadableEntry[],
): Promise<void> {
  const missing = new Set<string>();
  for (const { record } of rows) {
    const id = record.credential?.certificateId ?? null;
    if (id === null) continue;
    const cached = state.certificates.get(id);
    const isStale = (cached?.certificate.revokedAt ?? null) === null && mayBeStale(record);
    if (cached === undefined || isStale) missing.add(id);
  }
  if (missing.size === 0) return;
  const byId = new Map((await readCertificates(db, [...missing])).map((row) => [row.id, row]));
  for (const id of missing) {
    const row = byId.get(id);
    const isOwnOrUnknown = row === undefined || row.kind === "system";
    state.certificates.set(
      id,
      isOwnOrUnknown ? null : { identity: identityFacts(row), certificate: certificateFacts(row) },
    );
  }
}

const identityFacts = (row: CertificateRow): IdentityFacts => ({
  id: row.identity_id,
  name: row.name,
  kind: row.kind as IdentityFacts["kind"],
  networks: row.networks,
});
const certificateFacts = (row: CertificateRow): CertificateFacts => ({
  id: row.id,
  identityId: row.identity_id,
  subject: row.subject,
  notBefore: row.not_before.getTime(),
  notAfter: row.not_after.getTime(),
  revokedAt: row.revoked_at?.getTime() ?? null,
  reason: row.reason,
  successor: row.successor,
});

const identityOf = (state: RuleState, record: EntryRecord): IdentityFacts | null =>
  state.certificates.get(record.credential?.certificateId ?? "")?.identity ?? null;

async function prepareBaselines(
  { db }: Pick<Deps, "db">,
  state: RuleState,
  rows: readonly ReadableEntry[],
): Promise<void> {
  const missing = new Set<string>();
  for (const { record } of rows) {
    const identity = identityOf(state, record);
    if (identity !== null && !state.baselines.has(identity.id)) missing.add(identity.id);
  }
  if (missing.size === 0) return;
  for (const id of missing) state.baselines.set(id, makeBaseline());
  for (const row of await readUses(db, [...missing])) {
    state.baselines.get(row.identity_id)?.addUse({
      certificateId: row.certificate_id,
      network: row.network,
      service: row.service,
      firstAt: row.first_at.getTime(),
      lastAt: row.last_at.getTime(),
      count: Number(row.count),
    });
  }
}

async function prepareActiveHours(
  { db }: Pick<Deps, "db">,
  state: RuleState,
  rows: readonly ReadableEntry[],
): Promise<void> {
  const missing = new Set<string>();
  for (const { record } of rows) {
    const { action, actor } = record;
    const subject = activitySubject({ action, actor, identity: identityOf(state, record) });
    if (subject !== null && !state.activeHours.has(subject)) missing.add(subject);
  }
  if (missing.size === 0) return;
  for (const subject of missing) state.activeHours.set(subject, new Map());
  for (const { subject, ...activeHour } of await readActiveHours(db, [...missing]))
    state.activeHours.get(subject)?.set(activeHour.hourOfDay, activeHour);
}

async function prepareIssued(
  { db, clock }: Pick<Deps, "db" | "clock">,
  state: RuleState,
  rows: readonly ReadableEntry[],
): Promise<void> {
  const missing = new Set<string>();
  for (const { record } of rows) {
    const requester = requesterOf(record);
    if (requester !== null && !state.issued.has(requester)) missing.add(requester);
  }
  if (missing.size === 0) return;
  for (const requester of missing) state.issued.set(requester, new Map());
  const since = new Date(clock.now().getTime() - issuedSinceMs);
  for (const { subject, profile, hour, count } of await readIssued(db, [...missing], since)) {
    const byProfile = state.issued.get(subject);
    const byHour = byProfile?.get(profile) ?? new Map<number, number>();
    byProfile?.set(profile, byHour);
    byHour.set(hour.getTime(), Number(count));
  }
}
