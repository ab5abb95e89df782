import type { ReactNode } from "react";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import { formatCount, plural } from "@/lib/format/count";
import type { LogState } from "@/lib/log/types-of-proof";
import { Freshness } from "./freshness";
import { LevelBadge } from "./level-badge";
import { levelWords, missingOf, verificationWords } from "./state-words";

/** The state of the log in one calm line of figures; each leads to the page that explains it. */
export function StateStrip({ state, nowMs }: Readonly<{ state: LogState; nowMs: number }>) {
  const { size, checkpoint, verification, halted, sources } = state,
    missing = missingOf(state);
  return (
    <section
      aria-label="State of the log"
      className="@container mb-4 overflow-hidden rounded-lg border border-border bg-border shadow-card"
    >
      <dl className="grid grid-cols-2 gap-px text-sm @3xl:grid-cols-4">
        <Cell label="Entries" value={formatCount(size)}>
          {checkpoint && checkpoint.size < size
            ? `${formatCount(size - checkpoint.size)} of them not under a checkpoint yet`
            : "all of them under a checkpoint"}
        </Cell>
        <Cell
          label="Last checkpoint"
          value={
            halted ? (
              <LevelBadge level="failed">Halted</LevelBadge>
            ) : (
              <LevelBadge level={checkpoint === null ? "unsealed" : state.level}>
                {levelWords(state)}
              </LevelBadge>
            )
          }
        >
          {checkpoint ? (
            <>
              of {formatCount(checkpoint.size)}, signed{" "}
              <Freshness at={checkpoint.signedAt} nowMs={nowMs} />
            </>
          ) : (
            "none has been published yet"
          )}
        </Cell>
        <Cell
          label="Gaps"
          value={
            missing === 0 ? (
              "None"
            ) : (
              <span className="text-revoked">{plural(missing, "entry", "entries")} missing</span>
            )
          }
        >
          {sources.length === 0
            ? "no source has numbered entries yet"
            : `${plural(sources.length, "source")} ${sources.length === 1 ? "numbers" : "number"} the entries`}
        </Cell>
        <Cell
          label="Last full verification"
          value={verification === null ? "Not yet" : <Time at={verification.at} />}
        >
          {verification === null ? (
            "runs each night"
          ) : (
            <Link href="/audit/log">{verificationWords(verification)}</Link>
          )}
        </Cell>
      </dl>
    </section>
  );
}

function Cell({
  label,
  value,
  children,
}: Readonly<{ label: string; value: ReactNode; children: ReactNode }>) {
  return (
    <div className="min-w-0 bg-raised px-3 py-2.5 sm:px-4">
      <dt className="text-xs text-muted">{label}</dt>
      <dd>
        <span className="block min-h-5.5 font-medium">{value}</span>
        <span className="text-xs text-muted">{children}</span>
      </dd>
    </div>
  );
}
