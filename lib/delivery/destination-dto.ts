import type { Severity } from "@/lib/alerts/schema";
import { AppError } from "@/lib/errors/app-error";
import { formatIso } from "@/lib/format/time";
import { INTERRUPTED, UNDER_WAY, type DeliveryWithHistory } from "./delivery-repository";
import type { DestinationFigures, DestinationRow } from "./destination-repository";
import {
  destinationConfig,
  type DeliveryView,
  type DestinationConfig,
  type DestinationDto,
} from "./schema";

/** Where it goes, in one line, without what may be a secret. */
export function addressOf(config: DestinationConfig): string {
  switch (config.kind) {
    case "email":
      return `${config.to.join(", ")} through ${config.host}:${config.port}`;
    case "webhook":
      return config.url.split(/[?#]/)[0] ?? "";
    case "slack":
      return config.shown;
    case "syslog":
      return `${config.host}:${config.port} (${config.transport.toUpperCase()})`;
  }
}

/** Reads what is stored. Throws for what no version of Chancery wrote. */
export const configOf = (row: Pick<DestinationRow, "config">): DestinationConfig =>
  destinationConfig.parse(row.config);

export function destinationDto(
  row: DestinationRow,
  figures: DestinationFigures | undefined,
): DestinationDto {
  const config = configOf(row),
    last = figures?.last ?? null;
  return {
    id: row.id,
    kind: config.kind,
    name: row.name,
    status: row.status as DestinationDto["status"],
    config,
    hasSecret: row.sealed !== null,
    minSeverity: row.minSeverity as Severity,
    address: addressOf(config),
    last: last && { at: formatIso(last.at), ok: last.ok, answer: last.answer },
    waiting: figures?.waiting ?? 0,
    createdAt: formatIso(row.createdAt),
    changedAt: formatIso(row.changedAt),
  };
}

export function deliveryView(row: DeliveryWithHistory): DeliveryView {
  const pending = row.status === "pending",
    underWay = row.history.at(-1)?.milliseconds === UNDER_WAY;
  const attempts = row.history.map(({ n, at, ok, answer, milliseconds }) => {
    const open = milliseconds === UNDER_WAY;
    return {
      n,
      at: formatIso(at),
      ok,
      answer: open ? (pending ? "Under way." : INTERRUPTED) : answer,
      milliseconds: Math.max(0, milliseconds),
    };
  });
  return {
    id: row.id,
    alert: row.alert && { ...row.alert, severity: row.alert.severity as Severity },
    reason: row.reason as DeliveryView["reason"],
    status: row.status as DeliveryView["status"],
    createdAt: formatIso(row.createdAt),
    finishedAt: row.finishedAt && formatIso(row.finishedAt),
    nextAt: pending && !underWay ? formatIso(row.nextAt) : null,
    attempts,
  };
}

export const destinationTarget = (row: Readonly<{ id: string; name: string }>) => ({
  kind: "destination",
  id: row.id,
  label: row.name,
});
export const noSuchDestination = () =>
  new AppError("destination.not-found", "There is no such destination.", { kind: "not-found" });
