import { createHash } from "node:crypto";
import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError, isAppError, type Finding } from "@/lib/errors/app-error";
import { assertRoom } from "@/lib/log/back-pressure";
import { canonicalJson, type Json } from "@/lib/log/canonical";
import { encodeEntry, makeEntry } from "@/lib/log/entry";
import { recordUnavailable } from "@/lib/log/record-unavailable";
import type { NewEntry } from "@/lib/log/types";
import { acceptEvents, type Accepted, type Numbered, type Run } from "./events-repository";
import {
  eventBytesMax,
  mostJump,
  mostPieces,
  type EventBatch,
  type EventInput,
  type EventReport,
} from "./schema";

const SHOWN_RANGES = 100;

/**
 * Puts what a service did on the record, as its own acts: each event is an entry that names the certificate and the number that the service gave it.
 * All or nothing; what was stored before under its number is not stored again. Needs events.report and a certificate. Errors: event.certificate-required,
 * event.invalid (with findings by path), event.differs, event.numbers, record.backlog, record.unavailable.
 */
export async function reportEvents(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  batch: EventBatch,
): Promise<EventReport> {
  authorize(actor, "events.report");
  if (actor.kind !== "certificate" || actor.identityId === null) {
    throw new AppError(
      "event.certificate-required",
      "Events are taken from a service that shows its own certificate, over the mTLS port. A token does not say which certificate acted.",
      { kind: "forbidden" },
    );
  }
  assertSound(batch);
  assertRoom(deps.db, actor);
  const run: Run = { identityId: actor.identityId, source: batch.source, boot: batch.boot },
    now = deps.clock.now();
  const items = toItems(deps, actor, run, batch, now);
  const accepted = await accept(deps, run, items, now);
  return toReport(batch, items, accepted);
}

const numbersOf = ({ events, heartbeat }: EventBatch): number[] => [
  ...events.map(({ seq }) => seq),
  ...(heartbeat ? [heartbeat.seq] : []),
];

/** What no schema says: that numbers differ within a batch, and that each event stays within its size. */
function assertSound(batch: EventBatch): void {
  const seen = new Set<number>(),
    findings: Finding[] = [];
  const count = (seq: number, path: string): void => {
    if (seen.has(seq))
      findings.push({
        code: "event.number-twice",
        path,
        message: `Number ${seq} stands twice in this batch.`,
      });
    seen.add(seq);
  };
  batch.events.forEach((event, n) => {
    count(event.seq, `events.${n}.seq`);
    const size = Buffer.byteLength(JSON.stringify(event));
    if (size > eventBytesMax)
      findings.push({
        code: "event.too-large",
        path: `events.${n}`,
        message: `It has ${size} bytes; an event has at most ${eventBytesMax}.`,
      });
  });
  if (batch.heartbeat) count(batch.heartbeat.seq, "heartbeat.seq");
  if (findings.length > 0)
    throw new AppError(
      "event.invalid",
      `Nothing of this batch was stored. ${findings[0]?.path}: ${findings[0]?.message}`,
      { findings: findings.slice(0, 50) },
    );
}

function toItems(
  deps: Pick<Deps, "random">,
  actor: Actor,
  run: Run,
  batch: EventBatch,
  now: Date,
): Numbered[] {
  const id = `${run.identityId}/${run.source}`;
  const toItem = (seq: number, entry: NewEntry, said: unknown): Numbered => {
    const record = makeEntry(actor, entry, {
      now,
      randomBytes: deps.random.bytes,
      src: { id, boot: run.boot, seq },
    });
    const digest = createHash("sha256")
      .update(canonicalJson(said as Json))
      .digest();
    return {
      seq,
      id: record.id,
      targetId: record.target?.id ?? null,
      bytes: encodeEntry(record),
      digest,
    };
  };
  const { events, heartbeat } = batch;
  const items = events.map((event) => toItem(event.seq, entryOf(event), event));
  if (!heartbeat) return items;
  const { settled, ended } = heartbeat,
    target = { kind: "source", id, label: `${actor.label}/${run.source}` };
  return [
    ...items,
    toItem(
      heartbeat.seq,
      {
        action: "source.heartbeat",
        outcome: "success",
        target,
        details: { source: id, boot: run.boot, settled, voided: "", ended },
      },
      { heartbeat },
    ),
  ];
}

function entryOf({
  name,
  occurredAt,
  outcome,
  reason,
  target,
  onBehalfOf,
  clientIp,
  data,
}: EventInput): NewEntry {
  return {
    action: "event.reported",
    outcome,
    ...(reason === undefined ? {} : { reason }),
    target: target ? { kind: target.kind, id: target.id, label: target.label ?? target.id } : null,
    details: {
      name,
      occurredAt,
      ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
      ...(clientIp === undefined ? {} : { clientIp }),
      data,
    },
  };
}

async function accept(
  deps: Pick<Deps, "db">,
  run: Run,
  items: readonly Numbered[],
  now: Date,
): Promise<Accepted> {
  try {
    return await acceptEvents(deps.db, run, items, { now, mostJump, mostPieces });
  } catch (error) {
    throw isAppError(error) ? error : recordUnavailable(error);
  }
}

function toReport(batch: EventBatch, items: readonly Numbered[], accepted: Accepted): EventReport {
  if (accepted.state !== "stored") throw refusalOf(batch, accepted);
  const known = new Map(accepted.entries),
    isNew = items.filter(({ seq, id }) => known.get(seq) === id),
    [first] = isNew;
  return {
    accepted: isNew.length,
    duplicates: items.length - isNew.length,
    entries: items.map(({ seq }) => ({ seq, entryId: known.get(seq) ?? null })),
    missing: accepted.missing.split(",", SHOWN_RANGES).join(","),
    missingCount: accepted.missingCount,
    ...(first ? { entryId: first.id } : {}),
  };
}

function refusalOf(batch: EventBatch, refused: Exclude<Accepted, { state: "stored" }>): AppError {
  if (refused.state === "differs") {
    const numbers = numbersOf(batch),
      path = (seq: number): string =>
        batch.heartbeat?.seq === seq ? "heartbeat" : `events.${numbers.indexOf(seq)}`;
    const findings = refused.seqs.map((seq) => ({
      code: "event.differs",
      path: path(seq),
      message: `Something else is stored under number ${seq} already.`,
    }));
    return new AppError(
      "event.differs",
      `Nothing of this batch was stored, because something else was stored before under ${refused.seqs.length === 1 ? "number" : "numbers"} ${refused.seqs.slice(0, 20).join(", ")}. Give each event its own number, and each run a new boot.`,
      { kind: "conflict", findings },
    );
  }
  return new AppError(
    "event.numbers",
    refused.state === "jump"
      ? `Nothing of this batch was stored: a number lies more than ${mostJump} above the highest that was received (${refused.highest}). A run numbers its events 1, 2, 3 and so on.`
      : `Nothing of this batch was stored: the numbers of this run would fall into more than ${mostPieces} pieces. Send what is missing first, or begin a new run with a new boot.`,
  );
}
