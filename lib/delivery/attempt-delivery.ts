import type { Severity } from "@/lib/alerts/schema";
import type { Deps } from "@/lib/deps";
import { isAppError } from "@/lib/errors/app-error";
import { formatIso } from "@/lib/format/time";
import { toPem } from "@/lib/pki/pem";
import { findToldAlert, ownRoots, type AlertRow, type DeliveryRow } from "./delivery-repository";
import { deliverySettings } from "./delivery-settings";
import { configOf } from "./destination-dto";
import type { DestinationRow } from "./destination-repository";
import { openSecret } from "./seal";
import { send, type Sendable, type Ways } from "./send";
import type { Message, Outcome, ToldAlert } from "./types";

type Needs = Pick<Deps, "db" | "clock" | "publicUrl" | "delivery">;
/** What tests set: how long an attempt may take, and what stands for DNS. */
export type Knobs = Pick<Ways, "longestMs" | "resolve">;

/** Makes one attempt of a delivery: the alert as it stands now, to the destination as it is set now. Never throws for what lies outside. */
export async function attemptDelivery(
  deps: Needs,
  destination: DestinationRow,
  delivery: Pick<DeliveryRow, "id" | "reason" | "alertId">,
  knobs: Knobs = {},
): Promise<Outcome> {
  const message = await messageOf(deps, delivery);
  const trust = (await ownRoots(deps.db)).map((der) => toPem("CERTIFICATE", der)).join("\n");
  let sendable: Sendable;
  try {
    sendable = sendableOf(deps, destination);
  } catch (error) {
    return {
      ok: false,
      answer: isAppError(error) ? error.message : "Its settings cannot be read. Save them again.",
      milliseconds: 0,
    };
  }
  return send(sendable, message, { ...knobs, trust, allow: deliverySettings(deps).allow });
}

function sendableOf(deps: Needs, row: DestinationRow): Sendable {
  return {
    config: configOf(row),
    secret: row.sealed === null ? "" : openSecret(deliverySettings(deps).key, row.id, row.sealed),
  };
}

async function messageOf(
  deps: Needs,
  { id, reason, alertId }: Pick<DeliveryRow, "id" | "reason" | "alertId">,
): Promise<Message> {
  const alert = alertId === null ? null : await findToldAlert(deps.db, alertId);
  return {
    id,
    reason: reason as Message["reason"],
    sentAt: deps.clock.now(),
    host: new URL(deps.publicUrl).hostname,
    alert: alert && toldAlert(alert, deps.publicUrl),
  };
}

function toldAlert(row: AlertRow, publicUrl: string): ToldAlert {
  const { figures } = row,
    why = (figures?.why ?? {}) as { surprise?: unknown; baseline?: unknown };
  const words = (value: unknown): string => (typeof value === "string" ? value : "");
  return {
    id: row.id,
    rule: row.rule,
    severity: row.severity as Severity,
    status: row.status,
    subject: { kind: row.subjectKind, id: row.subjectId, label: row.subjectLabel },
    summary: row.summary,
    surprise: words(why.surprise),
    baseline: words(why.baseline),
    count: Number(figures?.count ?? 1),
    firstAt: formatIso(figures?.firstAt ?? row.openedAt),
    lastAt: formatIso(figures?.lastAt ?? row.openedAt),
    openedAt: formatIso(row.openedAt),
    firstEntry: numberOf(figures?.firstSeq),
    lastEntry: numberOf(figures?.lastSeq),
    link: `${publicUrl}/alerts/${row.id}`,
  };
}

const numberOf = (seq: bigint | null | undefined): number | null =>
  seq === null || seq === undefined ? null : Number(seq);
