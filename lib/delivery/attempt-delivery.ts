import type { Severity } from "@/lib/alerts/schema";
import { isAppError } from "@/lib/errors/app-error";
import { formatIso } from "@/lib/format/time";
import { toPem } from "@/lib/pki/pem";
import type { Deps } from "@/lib/runtime/deps";
import {
  findAlertForDelivery,
  findRootCertificates,
  type AlertRow,
  type DeliveryRow,
} from "./delivery-repository";
import { deliverySettings } from "./delivery-settings";
import { configOf } from "./destination-dto";
import type { DestinationRow } from "./destination-repository";
import { openSecret } from "@/lib/delivery/secrets/seal-secret";
import { openSettings } from "@/lib/delivery/secrets/stored-webhook";
import { send, type SendTarget, type SendOptions } from "./send";
import type { Message, AttemptResult, NotifiedAlert } from "./types";

type AttemptDeps = Pick<Deps, "db" | "clock" | "publicUrl" | "delivery">;
/** For tests: a shorter timeout, and a replacement for DNS. */
export type AttemptOptions = Pick<SendOptions, "timeoutMs" | "resolve">;

/**
 * Makes one attempt to deliver: the alert in its current state, to the destination with its current
 * settings. Failures outside of Chancery become the result; they are not thrown.
 */
export async function attemptDelivery(
  deps: AttemptDeps,
  destination: DestinationRow,
  delivery: Pick<DeliveryRow, "id" | "reason" | "alertId">,
  options: AttemptOptions = {},
): Promise<AttemptResult> {
  const message = await messageOf(deps, delivery);
  const roots = await findRootCertificates(deps.db);
  const trust = roots.map((der) => toPem("CERTIFICATE", der)).join("\n");
  let target: SendTarget;
  try {
    target = targetOf(deps, destination);
  } catch (error) {
    const unreadable = "The settings of this destination can't be read. Save them again.";
    const answer = isAppError(error) ? error.message : unreadable;
    return { ok: false, answer, milliseconds: 0 };
  }
  const startedAt = deps.clock.now().getTime();
  const { allow } = deliverySettings(deps);
  const result = await send(target, message, { ...options, trust, allow });
  return { ...result, milliseconds: Math.max(0, deps.clock.now().getTime() - startedAt) };
}

function targetOf(deps: AttemptDeps, row: DestinationRow): SendTarget {
  const secret =
    row.sealed === null ? "" : openSecret(deliverySettings(deps).key, row.id, row.sealed);
  return openSettings(configOf(row), secret);
}

async function messageOf(
  deps: AttemptDeps,
  { id, reason, alertId }: Pick<DeliveryRow, "id" | "reason" | "alertId">,
): Promise<Message> {
  const alert = alertId === null ? null : await findAlertForDelivery(deps.db, alertId);
  return {
    id,
    reason: reason as Message["reason"],
    sentAt: deps.clock.now(),
    host: new URL(deps.publicUrl).hostname,
    alert: alert && notifiedAlert(alert, deps.publicUrl),
  };
}

function notifiedAlert(row: AlertRow, publicUrl: string): NotifiedAlert {
  const { figures } = row;
  const why = (figures?.why ?? {}) as { surprise?: unknown; baseline?: unknown };
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  return {
    id: row.id,
    rule: row.rule,
    severity: row.severity as Severity,
    status: row.status,
    subject: { kind: row.subjectKind, id: row.subjectId, label: row.subjectLabel },
    summary: row.summary,
    surprise: text(why.surprise),
    baseline: text(why.baseline),
    count: Number(figures?.count ?? 1),
    firstAt: formatIso(figures?.firstAt ?? row.openedAt),
    lastAt: formatIso(figures?.lastAt ?? row.openedAt),
    openedAt: formatIso(row.openedAt),
    firstEntry: numberOf(figures?.firstSeq),
    lastEntry: numberOf(figures?.lastSeq),
    link: `${publicUrl}/alerts/${row.id}`,
  };
}

/** Entry numbers are bigint in the database. */
const numberOf = (seq: bigint | null | undefined): number | null =>
  seq === null || seq === undefined ? null : Number(seq);
