import { Waypoints } from "lucide-react";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import type { UseView } from "@/lib/custody/types";
import { formatCount, plural } from "@/lib/format/count";
import { serviceLabel } from "@/lib/format/service-label";
import { groupByService, groupUses, type Origin } from "./group-uses";

type Props = Readonly<{
  /** Absent for several certificates: the log can be searched by only one. */ certificateId?:
    | string
    | undefined;
  uses: readonly UseView[];
  /** The reader may open the log. */ linked: boolean;
}>;

/**
 * Where and for what a certificate, or the certificates of one identity, were used: grouped by
 * network, the latest first.
 */
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
        title="Usage"
        description={
          origins.length === 0
            ? "By network."
            : `${plural(total, "request")} from ${plural(origins.length, "network")}.`
        }
        aside={ofIt !== null && origins.length > 0 && <Link href={ofIt}>View entries</Link>}
      >
        {origins.length === 0 ? (
          <EmptyState icon={<Waypoints aria-hidden />} title="Never used">
            {certificateId === undefined
              ? "None of its certificates has been used to authenticate yet."
              : "It hasn’t been used to authenticate yet."}
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
  // A single service needs no list.
  const uses = groupByService(services),
    single = uses.length === 1 ? uses[0] : undefined;
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
          {single && (
            <span className="text-muted">
              {" "}
              to {serviceLabel(single.service)}
              {severalCertificates(single.certificates)}
            </span>
          )}
        </h3>
        <p className="text-xs text-muted">
          {plural(count, "request")}
          {refused > 0 && (
            <span className="text-denied">, {formatCount(refused)} denied</span>
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
      {!single && (
        <ul className="mt-1.5 flex flex-col gap-1 border-l-2 border-border pl-3">
          {uses.map((use) => (
            <li
              key={use.service}
              className="flex flex-wrap items-baseline justify-between gap-x-4 text-sm"
            >
              <span>
                {serviceLabel(use.service)}
                <span className="text-muted">{severalCertificates(use.certificates)}</span>
              </span>
              <span className="text-xs text-muted">
                {formatCount(use.count)}
                {use.refused > 0 && (
                  <span className="text-denied"> ({formatCount(use.refused)} denied)</span>
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

const severalCertificates = (count: number): string =>
  count > 1 ? `, with ${plural(count, "certificate")}` : "";
