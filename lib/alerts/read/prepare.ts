import type { CertificateFacts, Who } from "@/lib/alerts/types";
import type { Deps } from "@/lib/deps";
import type { LogRow } from "@/lib/log/reader";
import type { EntryRecord } from "@/lib/log/types";
import { makeKnown } from "./known";
import { loadSettings, type Memory } from "./memory";
import {
  readCertificates,
  readHours,
  readIssued,
  readUses,
  type CertificateRow,
} from "./state-repository";

const issuedSinceMs = 29 * 86_400_000;
const settingsChange = new Set<string>(["rule.updated", "exception.created", "exception.ended"]);
const certificateChange = new Set<string>([
  "certificate.revoked",
  "certificate.held",
  "certificate.released",
  "certificate.issued",
]);

/** Who planned a certificate, for the count of a requester's issuing; null for Chancery itself, and for rotations, which come in waves. */
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
 * Whose working hours an entry belongs to: a person's, by certificate, or an account's. What an account only reads does not count, since pages that
 * were left open read all night.
 */
export function workerOf({
  action,
  actor,
  who,
}: Readonly<{ action: string; actor: EntryRecord["actor"]; who: Who | null }>): string | null {
  if (who !== null) return who.kind === "person" ? who.id : null;
  return actor.kind === "user" && !action.endsWith(".read") ? actor.id : null;
}

/** Looks up all that the batch needs and that is not held, in a few queries. What an entry of the batch changes is looked up again. */
export async function prepare(
  deps: Pick<Deps, "db" | "clock">,
  memory: Memory,
  rows: readonly LogRow[],
): Promise<void> {
  if (rows.some(({ record }) => settingsChange.has(record.action)))
    Object.assign(memory, await loadSettings(deps));
  dropChanged(memory, rows);
  await prepareCertificates(deps, memory, rows);
  await prepareKnown(deps, memory, rows);
  await prepareHours(deps, memory, rows);
  await prepareIssued(deps, memory, rows);
}

function dropChanged(memory: Memory, rows: readonly LogRow[]): void {
  for (const {
    record: { action, target, details },
  } of rows) {
    if (target === null) continue;
    if (certificateChange.has(action)) memory.certificates.delete(target.id);
    if (action === "certificate.planned" && typeof details["predecessorId"] === "string")
      memory.certificates.delete(details["predecessorId"]);
    if (action.startsWith("identity."))
      for (const [id, named] of memory.certificates)
        if (named?.who.id === target.id) memory.certificates.delete(id);
  }
}

/** A certificate that was refused for its state is looked up afresh: its revocation may be newer than what is held. */
const mayBeStale = ({ action, details }: EntryRecord): boolean =>
  (action === "request.refused" || action === "request.denied") &&
  (details["code"] === "certificate.revoked" || details["code"] === "certificate.on-hold");

async function prepareCertificates(
  { db }: Pick<Deps, "db">,
  memory: Memory,
  rows: readonly LogRow[],
): Promise<void> {
  const wanted = new Set<string>();
  for (const { record } of rows) {
    const id = record.credential?.certificateId ?? null;
    if (id === null) continue;
    const held = memory.certificates.get(id);
    if (
      held === undefined ||
      (mayBeStale(record) && (held === null || held.certificate.revokedAt === null))
    )
      wanted.add(id);
  }
  if (wanted.size === 0) return;
  const found = new Map((await readCertificates(db, [...wanted])).map((row) => [row.id, row]));
  for (const id of wanted) {
    const row = found.get(id);
    memory.certificates.set(
      id,
      row === undefined || row.kind === "system"
        ? null
        : { who: whoOf(row), certificate: factsOfCertificate(row) },
    );
  }
}

const whoOf = ({ identity_id: id, name, kind, networks }: CertificateRow): Who => ({
  id,
  name,
  kind: kind as Who["kind"],
  networks,
});
const factsOfCertificate = (row: CertificateRow): CertificateFacts => ({
  id: row.id,
  identityId: row.identity_id,
  subject: row.subject,
  notBefore: row.not_before.getTime(),
  notAfter: row.not_after.getTime(),
  revokedAt: row.revoked_at?.getTime() ?? null,
  reason: row.reason,
  successor: row.successor,
});

const whosePerson = (memory: Memory, record: EntryRecord): Who | null =>
  memory.certificates.get(record.credential?.certificateId ?? "")?.who ?? null;

async function prepareKnown(
  { db }: Pick<Deps, "db">,
  memory: Memory,
  rows: readonly LogRow[],
): Promise<void> {
  const wanted = new Set<string>();
  for (const { record } of rows) {
    const who = whosePerson(memory, record);
    if (who !== null && !memory.known.has(who.id)) wanted.add(who.id);
  }
  if (wanted.size === 0) return;
  for (const id of wanted) memory.known.set(id, makeKnown());
  for (const row of await readUses(db, [...wanted])) {
    memory.known.get(row.identity_id)?.addUse({
      certificateId: row.certificate_id,
      network: row.network,
      service: row.service,
      firstAt: row.first_at.getTime(),
      lastAt: row.last_at.getTime(),
      count: Number(row.count),
    });
  }
}

async function prepareHours(
  { db }: Pick<Deps, "db">,
  memory: Memory,
  rows: readonly LogRow[],
): Promise<void> {
  const wanted = new Set<string>();
  for (const { record } of rows) {
    const worker = workerOf({
      action: record.action,
      actor: record.actor,
      who: whosePerson(memory, record),
    });
    if (worker !== null && !memory.hours.has(worker)) wanted.add(worker);
  }
  if (wanted.size === 0) return;
  for (const subject of wanted) memory.hours.set(subject, new Map());
  for (const { subject, slot, days, first, last } of await readHours(db, [...wanted]))
    memory.hours.get(subject)?.set(slot, { slot, days, firstDay: first, lastDay: last });
}

async function prepareIssued(
  { db, clock }: Pick<Deps, "db" | "clock">,
  memory: Memory,
  rows: readonly LogRow[],
): Promise<void> {
  const wanted = new Set<string>();
  for (const { record } of rows) {
    const requester = requesterOf(record);
    if (requester !== null && !memory.issued.has(requester)) wanted.add(requester);
  }
  if (wanted.size === 0) return;
  for (const subject of wanted) memory.issued.set(subject, new Map());
  for (const { subject, profile, hour, count } of await readIssued(
    db,
    [...wanted],
    new Date(clock.now().getTime() - issuedSinceMs),
  )) {
    const profiles = memory.issued.get(subject),
      hours = profiles?.get(profile) ?? new Map<number, number>();
    profiles?.set(profile, hours);
    hours.set(hour.getTime(), Number(count));
  }
}
