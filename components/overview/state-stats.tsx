import { StateIcon } from "@/components/ui/badge";
import { Grid } from "@/components/ui/layout";
import { Link } from "@/components/ui/link";
import { Stat } from "@/components/ui/card";
import { formatCount } from "@/lib/format/count";
import type { State } from "@/lib/format/state";
import type { Overview } from "@/lib/overview/schema";

type Figure = Readonly<{ label: string; state: State; value: number; href: string; hint: string }>;

/** Certificates by state; each figure opens its list. */
export function StateStats({
  overview: { counts, expiringCount },
}: Readonly<{ overview: Overview }>) {
  const figures: readonly Figure[] = [
    {
      label: "Valid",
      state: "valid",
      value: counts.valid,
      href: "/certificates?state=valid",
      hint: "in force",
    },
    {
      label: "Expiring",
      state: "expiring",
      value: expiringCount,
      href: "/certificates?state=expiring&sort=notAfter",
      hint: "soon, without a successor",
    },
    {
      label: "On hold",
      state: "hold",
      value: counts.held,
      href: "/certificates?state=held",
      hint: "can be released",
    },
    {
      label: "Revoked",
      state: "revoked",
      value: counts.revoked,
      href: "/certificates?state=revoked",
      hint: `${formatCount(counts.expired)} more have expired`,
    },
  ];
  return (
    <Grid columns={4}>
      {figures.map(({ label, state, value, href, hint }) => (
        <Link key={label} href={href} variant="plain">
          <Stat
            label={label}
            value={formatCount(value)}
            hint={hint}
            icon={<StateIcon state={state} />}
          />
        </Link>
      ))}
    </Grid>
  );
}
