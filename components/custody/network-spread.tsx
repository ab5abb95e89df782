import { Network } from "lucide-react";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Link } from "@/components/ui/link";
import { Time } from "@/components/ui/time";
import type { CustodyView } from "@/lib/custody/types";
import { formatCount, plural } from "@/lib/format/count";

/** How many are shown, and how many are loaded at most. */
const maxShown = 8,
  maxLoaded = 100;

/** Identities by the number of networks they were used from, the most first. */
export function NetworkSpread({ byNetworks }: Pick<CustodyView, "byNetworks">) {
  const most = Math.max(1, ...byNetworks.map(({ networks }) => networks));
  return (
    <Card
      title="Networks per identity"
      description="The number of networks each identity was used from."
      footer={
        byNetworks.length > maxShown
          ? `Top ${maxShown} of ${formatCount(byNetworks.length)}${byNetworks.length === maxLoaded ? "+" : ""}.`
          : undefined
      }
    >
      {byNetworks.length === 0 ? (
        <EmptyState icon={<Network aria-hidden />} title="No certificate was used">
          There is nothing to compare in this period.
        </EmptyState>
      ) : (
        <ol className="flex flex-col gap-2.5">
          {byNetworks.slice(0, maxShown).map(({ identity, networks, certificates, lastAt }) => (
            <li key={identity.id} className="text-sm">
              <div className="flex items-baseline justify-between gap-3">
                <span className="min-w-0 truncate">
                  <Link href={`/identities/${identity.id}`} variant="quiet">
                    {identity.name}
                  </Link>
                </span>
                <span className="shrink-0 text-xs text-muted">{plural(networks, "network")}</span>
              </div>
              <svg
                aria-hidden
                viewBox="0 0 100 4"
                preserveAspectRatio="none"
                className="mt-1 h-1.5 w-full overflow-hidden rounded-full bg-hover"
              >
                <rect width={(networks / most) * 100} height="4" rx="1" className="fill-accent" />
              </svg>
              <p className="mt-0.5 text-xs text-muted">
                {plural(certificates, "certificate")}, last used <Time at={lastAt} />
              </p>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
