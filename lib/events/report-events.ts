import { sha256 } from "@/lib/format/hash";
import type { MaybeRecorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError, isAppError } from "@/lib/errors/app-error";
import type { Finding } from "@/lib/errors/types";
import { encodeEntry, makeEntry } from "@/lib/log/entry";
import { canonicalJson, type Json } from "@/lib/log/pure/canonical";
import { assertInboxHasRoom } from "@/lib/log/record/back-pressure";
import type { Recorder } from "@/lib/log/record/recorder";
import { commitFailed } from "@/lib/log/record/inbox";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import {
  type AcceptResult,
  acceptEvents,
  type NumberedEvent,
  type EventRun,
} from "./event-repository";
import {
  type EventBatch,
  eventBytesMax,
  type EventInput,
  type EventReport,
  maxJump,
  maxRanges,
} from "./schema";

const maxRangesShown = 100;

/**
 * Records what a service did, as its own actions: each event is an entry that names the
 * certificate and the number that the service gave it. All or nothing; what was stored before under
 * its number is not stored again. Needs events.report and a certificate. Errors:
 * event.certificate-required, event.invalid (with findings by path), event.differs, event.numbers,
 * record.backlog, record.unavailable.
 */
export async function reportEvents(
  { recorder }: Pick<Deps, "recorder">,
  actor: Actor,
  batch: EventBatch,
): Promise<MaybeRecorded<EventReport>> {
  authorize(actor, "events.report");
  if (actor.kind !== "certificate" || actor.identityId === null) {
    throw new AppError(
      "event.certificate-required",
      "Send events over the mTLS port with the client certificate of the service. A token doesn't identify a certificate.",
    );
  }
  validateBatch(batch);
  assertInboxHasRoom(recorder.db, actor);
  const run: EventRun = { identityId: actor.identityId, source: batch.source, boot: batch.boot },
    now = recorder.clock.now();
  const items = toItems(recorder, actor, run, batch, now);
  const accepted = await storeEvents(recorder, run, items, now);
  return toReport(batch, items, accepted);
}

const numbersOf = ({ events, heartbeat }: EventBatch): number[] => [
  ...events.map(({ seq }) => seq),
  ...(heartbeat ? [heartbeat.seq] : []),
];

/**
 * What no schema says: that numbers differ within a batch, and that each event stays within its
 * size.
 */
function validateBatch(batch: EventBatch): void {
  const seen = new Set<number>(),
    findings: Finding[] = [];
  const count = (seq: number, path: string): void => {
    if (seen.has(seq))
      findings.push({
        code: "event.number-twice",
        path,
        message: `Number ${seq} occurs twice in this batch.`,
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
  { random }: Recorder,
  actor: Actor,
  run: EventRun,
  batch: EventBatch,
  now: Date,
): NumberedEvent[] {
  const id = `${run.identityId}/${run.source}`;
  const toItem = (seq: number, entry: NewEntry, said: unknown): NumberedEvent => {
    const record = makeEntry(actor, entry, {
      now,
      randomBytes: random.bytes,
      src: { id, boot: run.boot, seq },
    });
    const digest = sha256(canonicalJson(said as Json));
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

async function storeEvents(
  deps: Pick<Deps, "db">,
  run: EventRun,
  items: readonly NumberedEvent[],
  now: Date,
): Promise<AcceptResult> {
  try {
    return await acceptEvents(deps.db, run, items, {
      now,
      mostJump: maxJump,
      mostPieces: maxRanges,
    });
  } catch (error) {
    throw isAppError(error) ? error : commitFailed(error);
  }
}

function toReport(
  batch: EventBatch,
  items: readonly NumberedEvent[],
  accepted: AcceptResult,
): MaybeRecorded<EventReport> {
  if (accepted.state !== "stored") throw errorOf(batch, accepted);
  const known = new Map(accepted.entries),
    isNew = items.filter(({ seq, id }) => known.get(seq) === id),
    [first] = isNew;
  const report = {
    accepted: isNew.length,
    duplicates: items.length - isNew.length,
    entries: items.map(({ seq }) => ({ seq, entryId: known.get(seq) ?? null })),
    missing: accepted.missing.split(",", maxRangesShown).join(","),
    missingCount: accepted.missingCount,
  };
  return { result: report, entryId: first?.id ?? null };
}

function errorOf(batch: EventBatch, refused: Exclude<AcceptResult, { state: "stored" }>): AppError {
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
      { findings },
    );
  }
  return new AppError(
    "event.numbers",
    refused.state === "jump"
      ? `The batch was not stored: a number is more than ${maxJump} above the highest received (${refused.highest}). A run numbers its events 1, 2, 3 and so on.`
      : `The batch was not stored: the numbers of this run would have more than ${maxRanges} gaps. Send the missing events first, or start a new run with a new boot.`,
  );
}
