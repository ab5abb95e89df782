import clsx from "clsx";
import type { ReactNode } from "react";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import { formatCount, plural } from "@/lib/format/count";
import type { LogState } from "@/lib/log/view-types";
import { Freshness } from "./freshness";
import { LevelBadge } from "@/components/shared/level-badge";
import {
  levelLabel,
  countMissing,
  countUnconfirmed,
  countUnsettled,
  verificationSummary,
} from "./state-labels";

/** The status of the audit log in four figures. */
export function StateStrip({ state, nowMs }: Readonly<{ state: LogState; nowMs: number }>) {
  const { size, checkpoint, verification, halted, sources } = state,
    missing = countMissing(state),
    unconfirmed = countUnconfirmed(state),
    unsettled = countUnsettled(state);
  return (
    <section
      aria-label="Audit log status"
      className="@container mb-4 overflow-hidden rounded-lg border border-border bg-border shadow-card"
    >
      <dl className="grid grid-cols-2 gap-px text-sm @3xl:grid-cols-4">
        <Cell label="Entries" value={formatCount(size)}>
          {checkpoint && checkpoint.size < size
            ? `${formatCount(size - checkpoint.size)} not in a checkpoint yet`
            : "all in a checkpoint"}
        </Cell>
        <Cell
          label="Gaps"
          value={
            missing > 0 ? (
              <span className="text-revoked">{plural(missing, "entry", "entries")} missing</span>
            ) : unsettled > 0 ? (
              <span className="text-expiring">{formatCount(unsettled)} not settled</span>
            ) : unconfirmed > 0 || sources.length === 0 ? (
              "None so far"
            ) : (
              "None"
            )
          }
        >
          {sources.length === 0
            ? "no source has reported yet"
            : unconfirmed === 0
              ? `confirmed by ${plural(sources.length, "source")}`
              : `${plural(unconfirmed, "entry", "entries")} not confirmed yet`}
        </Cell>
        <Cell
          label="Last checkpoint"
          wide
          value={
            halted ? (
              <LevelBadge level="failed">Halted</LevelBadge>
            ) : (
              <LevelBadge level={checkpoint === null ? "unsealed" : state.level}>
                {levelLabel(state)}
              </LevelBadge>
            )
          }
        >
          {checkpoint ? (
            <>
              at {formatCount(checkpoint.size)}, signed{" "}
              <Freshness at={checkpoint.signedAt} nowMs={nowMs} />
            </>
          ) : (
            "none published yet"
          )}
        </Cell>
        <Cell
          label="Last full verification"
          wide
          value={verification === null ? "Not yet" : <Time at={verification.at} />}
        >
          {verification === null ? (
            "runs nightly"
          ) : (
            <Link href="/audit/log">{verificationSummary(verification)}</Link>
          )}
        </Cell>
      </dl>
    </section>
  );
}

function Cell({
  label,
  value,
  wide = false,
  children,
}: Readonly<{
  label: string;
  value: ReactNode;
  /** Takes a whole row on a phone: its badge would not fit into half of it. */
  wide?: boolean;
  children: ReactNode;
}>) {
  return (
    <div
      className={clsx("min-w-0 bg-raised px-3 py-2.5 sm:px-4", wide && "col-span-2 @sm:col-span-1")}
    >
      <dt className="text-xs text-muted">{label}</dt>
      <dd>
        <span className="block min-h-5.5 font-medium">{value}</span>
        <span className="text-xs text-muted">{children}</span>
      </dd>
    </div>
  );
}
