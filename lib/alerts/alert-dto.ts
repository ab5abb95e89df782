import { titleOf } from "@/lib/alerts/rules/all-rules";
import { AppError } from "@/lib/errors/app-error";
import type { NewEntry } from "@/lib/log/types";
import type { AlertRow, AlertCursor } from "./alert-repository";
import type { AlertDto, AlertStatus, Resolution, RuleName, Severity } from "./schema";

const whyOf = (why: unknown, key: "surprise" | "baseline"): string => {
  const text = typeof why === "object" && why !== null ? (why as Record<string, unknown>)[key] : "";
  return typeof text === "string" ? text : "";
};
const numberOrNull = (n: bigint | null): number | null => (n === null ? null : Number(n));

export const alertTarget = (
  alert: Readonly<{ id: string; rule: string; subjectLabel: string }>,
): NonNullable<NewEntry["target"]> => ({
  kind: "alert",
  id: alert.id,
  label: `${titleOf(alert.rule as RuleName)}: ${alert.subjectLabel}`.slice(0, 200),
});

export const alertNotFound = (): AppError => new AppError("alert.not-found", "Alert not found.");

function figuresOf({
  figures,
  openedAt,
}: AlertRow): Pick<
  AlertDto,
  "surprise" | "baseline" | "count" | "firstAt" | "lastAt" | "firstSeq" | "lastSeq"
> {
  if (figures === null)
    return {
      surprise: "",
      baseline: "",
      count: 1,
      firstAt: openedAt.toISOString(),
      lastAt: openedAt.toISOString(),
      firstSeq: null,
      lastSeq: null,
    };
  return {
    surprise: whyOf(figures.why, "surprise"),
    baseline: whyOf(figures.why, "baseline"),
    count: Number(figures.count),
    firstAt: figures.firstAt.toISOString(),
    lastAt: figures.lastAt.toISOString(),
    firstSeq: numberOrNull(figures.firstSeq),
    lastSeq: numberOrNull(figures.lastSeq),
  };
}

export function alertDto(row: AlertRow, labels: ReadonlyMap<string, string>): AlertDto {
  return {
    id: row.id,
    rule: row.rule as RuleName,
    ruleTitle: titleOf(row.rule as RuleName),
    severity: row.severity as Severity,
    status: row.status as AlertStatus,
    subject: { kind: row.subjectKind, id: row.subjectId, label: row.subjectLabel },
    identityId: row.identityId,
    summary: row.summary,
    ...figuresOf(row),
    openedAt: row.openedAt.toISOString(),
    assignedTo:
      row.assignedTo === null
        ? null
        : { id: row.assignedTo, label: labels.get(row.assignedTo) ?? row.assignedTo },
    acknowledged:
      row.acknowledgedAt === null
        ? null
        : { by: row.acknowledgedBy ?? "", at: row.acknowledgedAt.toISOString() },
    resolved:
      row.resolvedAt === null
        ? null
        : {
            by: row.resolvedBy ?? "",
            at: row.resolvedAt.toISOString(),
            resolution: (row.resolution ?? "fixed") as Resolution,
            comment: row.comment,
          },
  };
}

/** The cursor for the page after this alert. */
export const writeCursor = ({ openedAt, id }: AlertCursor): string =>
  Buffer.from(`${openedAt.getTime()} ${id}`).toString("base64url");

/** Errors: `alert.cursor` for anything that `writeCursor` did not return. */
export function readCursor(cursor: string | undefined): AlertCursor | null {
  if (cursor === undefined || cursor === "") return null;
  const [, at, id] =
    /^(\d{1,15}) ([a-z0-9_]{1,64})$/.exec(Buffer.from(cursor, "base64url").toString("utf8")) ?? [];
  if (at === undefined || id === undefined)
    throw new AppError(
      "alert.cursor",
      "This cursor is not valid for this list. Start from the first page.",
      {
        findings: [{ code: "alert.cursor", message: "This cursor is not valid.", path: "cursor" }],
      },
    );
  return { openedAt: new Date(Number(at)), id };
}
