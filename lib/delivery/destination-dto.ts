import type { Severity } from "@/lib/alerts/schema";
import { AppError } from "@/lib/errors/app-error";
import { formatIso, formatIsoOrNull } from "@/lib/format/time";
import { interruptedAnswer, unfinished, type DeliveryWithHistory } from "./delivery-repository";
import type { DestinationFigures, DestinationRow } from "./destination-repository";
import {
  destinationConfig,
  type DeliveryView,
  type DestinationConfig,
  type DestinationDto,
} from "./schema";
import { maskUrl } from "@/lib/delivery/secrets/secret-url";

/** Where it sends to, in one line, without anything that may be secret. */
export function addressOf(config: DestinationConfig): string {
  switch (config.kind) {
    case "email":
      return `${config.to.join(", ")} via ${config.host}:${config.port}`;
    case "webhook":
      return maskUrl(config.url);
    case "slack":
      return config.shown;
    case "syslog":
      return `${config.host}:${config.port} (${config.transport.toUpperCase()})`;
  }
}

/** The stored configuration. Throws if no version of Chancery could have written it. */
export const configOf = (row: Pick<DestinationRow, "config">): DestinationConfig =>
  destinationConfig.parse(row.config);

/** The settings as people may see them: a webhook's URL is its secret with many receivers. */
export const shownConfig = (config: DestinationConfig): DestinationConfig =>
  config.kind === "webhook" ? { ...config, url: maskUrl(config.url) } : config;

export function destinationDto(
  row: DestinationRow,
  figures: DestinationFigures | undefined,
): DestinationDto {
  const config = shownConfig(configOf(row));
  const last = figures?.last ?? null;
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
    lastSentAt: formatIsoOrNull(figures?.lastSentAt),
    waiting: figures?.waiting ?? 0,
    waitingSince: formatIsoOrNull(figures?.waitingSince),
    nextAt: formatIsoOrNull(figures?.nextAt),
    createdAt: formatIso(row.createdAt),
    changedAt: formatIso(row.changedAt),
  };
}

export function deliveryView(row: DeliveryWithHistory): DeliveryView {
  const isPending = row.status === "pending";
  const isInProgress = row.history.at(-1)?.milliseconds === unfinished;
  const attempts = row.history.map(({ n, at, ok, answer, milliseconds }) => {
    const isUnfinished = milliseconds === unfinished;
    return {
      n,
      at: formatIso(at),
      ok,
      answer: isUnfinished ? (isPending ? "In progress." : interruptedAnswer) : answer,
      milliseconds: Math.max(0, milliseconds),
    };
  });
  return {
    id: row.id,
    alert: row.alert && { ...row.alert, severity: row.alert.severity as Severity },
    reason: row.reason as DeliveryView["reason"],
    status: row.status as DeliveryView["status"],
    createdAt: formatIso(row.createdAt),
    finishedAt: formatIsoOrNull(row.finishedAt),
    nextAt: isPending && !isInProgress ? formatIso(row.nextAt) : null,
    attempts,
  };
}

export const destinationTarget = (row: Readonly<{ id: string; name: string }>) => ({
  kind: "destination",
  id: row.id,
  label: row.name,
});
export const destinationNotFound = () =>
  new AppError("destination.not-found", "Destination not found.");
