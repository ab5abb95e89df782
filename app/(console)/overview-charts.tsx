import { Suspense, type ReactNode } from "react";
import { DeniedChart } from "@/components/overview/denied-chart";
import { ExpiryChart } from "@/components/overview/shared/expiry-chart";
import { Skeleton } from "@/components/ui/skeleton";
import type { Actor } from "@/lib/access/actor";
import { getDeniedByDay, getExpiryByWeek } from "@/lib/overview/get-charts";
import type { Deps } from "@/lib/runtime/deps";

type Props = Readonly<{ deps: Deps; actor: Actor }>;
type ExpiryProps = Props & Readonly<{ compact?: boolean }>;

/** Certificates by week of expiration; the page doesn't wait for it. */
export const ExpirySection = (props: ExpiryProps) => later(<Expiry {...props} />);

/** Denied requests by day; the page doesn't wait for it. */
export const DeniedSection = (props: Props) => later(<Denied {...props} />);

const later = (chart: ReactNode) => (
  <Suspense fallback={<Skeleton height="card" />}>{chart}</Suspense>
);

async function Expiry({ deps, actor, compact }: ExpiryProps) {
  return <ExpiryChart {...await getExpiryByWeek(deps, actor)} compact={compact} />;
}

async function Denied({ deps, actor }: Props) {
  return <DeniedChart days={await getDeniedByDay(deps, actor)} />;
}
