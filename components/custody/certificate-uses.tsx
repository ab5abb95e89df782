import { Waypoints } from "lucide-react";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import type { UseView } from "@/lib/custody/types";
import { formatCount, plural } from "@/lib/format/count";
import { serviceWord } from "@/lib/format/service-word";
import { groupUses, type Origin } from "./group-uses";

type Props = Readonly<{
  /** Absent where several certificates are meant: the log is searched by one. */ certificateId?:
    | string
    | undefined;
  uses: readonly UseView[];
  /** The reader may open the log. */ linked: boolean;
}>;

/** Where a certificate, or those of one identity, were used and for what: grouped by the network that it came from, the latest first. */
export function CertificateUses({ certificateId, uses, linked }: Props) {
  const ofIt =
    linked && certificateId !== undefined
      ? `/audit?certificate=${encodeURIComponent(certificateId)}&reads=include`
      : null;
  const origins = groupUses(uses),
    total = origins.reduce((sum, { count }) => sum + count, 0);
  return (
    <section id="uses" className="scroll-mt-6">
      <Card
        title="Uses"
        description={
          origins.length === 0
            ? "By the network that they came from."
            : `${plural(total, "request")} from ${plural(origins.length, "network")}.`
        }
        aside={ofIt !== null && origins.length > 0 && <Link href={ofIt}>Each of them</Link>}
      >
        {origins.length === 0 ? (
          <EmptyState icon={<Waypoints aria-hidden />} title="Never used">
            {certificateId === undefined
              ? "Nothing was authenticated with its certificates yet."
              : "Nothing was authenticated with it yet."}
          </EmptyState>
        ) : (
          <ol className="flex flex-col gap-4">
            {origins.map((origin) => (
              <OriginGroup
                key={origin.network}
                origin={origin}
                href={ofIt === null ? null : `${ofIt}&ip=${encodeURIComponent(origin.network)}`}
              />
            ))}
          </ol>
        )}
      </Card>
    </section>
  );
}

function OriginGroup({
  origin: { network, count, refused, firstAt, lastAt, services },
  href,
}: Readonly<{ origin: Origin; href: string | null }>) {
  // One service needs no list of its own.
  const alone = services.length === 1 ? services[0] : undefined;
  return (
    <li className="min-w-0">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 className="text-sm">
          <span className="font-mono font-medium">
            {href === null ? (
              network
            ) : (
              <Link href={href} variant="quiet">
                {network}
              </Link>
            )}
          </span>
          {alone && <span className="text-muted"> to {serviceWord(alone.service)}</span>}
        </h3>
        <p className="text-xs text-muted">
          {plural(count, "request")}
          {refused > 0 && (
            <span className="text-denied">, {formatCount(refused)} refused</span>
          )} ·{" "}
          {firstAt === lastAt ? (
            <Time at={lastAt} />
          ) : (
            <>
              first <Time at={firstAt} />, last <Time at={lastAt} />
            </>
          )}
        </p>
      </div>
      {!alone && (
        <ul className="mt-1.5 flex flex-col gap-1 border-l-2 border-border pl-3">
          {services.map((use) => (
            <li
              key={`${use.certificateId} ${use.service}`}
              className="flex flex-wrap items-baseline justify-between gap-x-4 text-sm"
            >
              <span>{serviceWord(use.service)}</span>
              <span className="text-xs text-muted">
                {formatCount(use.count)}
                {use.refused > 0 && (
                  <span className="text-denied"> ({formatCount(use.refused)} refused)</span>
                )}
                , last <Time at={use.lastAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
