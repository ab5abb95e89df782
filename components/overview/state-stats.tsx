import { StateIcon } from "@/components/ui/badge";
import { Grid } from "@/components/ui/layout";
import { Link } from "@/components/ui/link";
import { Stat } from "@/components/ui/card";
import { formatCount } from "@/lib/format/count";
import type { State } from "@/lib/format/state";
import type { Overview } from "@/lib/overview/schema";

type StatLink = Readonly<{
  label: string;
  state: State;
  value: number;
  href: string;
  hint: string;
}>;

/** Certificates by state; each number links to its list. */
export function StateStats({
  overview: { counts, expiringCount },
}: Readonly<{ overview: Overview }>) {
  const stats: readonly StatLink[] = [
    {
      label: "Valid",
      state: "valid",
      value: counts.valid,
      href: "/certificates?state=valid",
      hint: "including expiring",
    },
    {
      label: "Expiring",
      state: "expiring",
      value: expiringCount,
      href: "/certificates?state=expiring&sort=notAfter",
      hint: "without a successor",
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
      hint: `${formatCount(counts.expired)} expired`,
    },
  ];
  return (
    <Grid columns={4}>
      {stats.map(({ label, state, value, href, hint }) => (
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
