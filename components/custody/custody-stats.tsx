import { Ban, CircleCheck, Fingerprint, Network } from "lucide-react";
import { Stat } from "@/components/ui/card";
import { Grid } from "@/components/ui/layout";
import { formatCount, formatShare } from "@/lib/format/count";
import type { CustodyView } from "@/lib/custody/types";

/** The figures of the period. */
export function CustodyStats({ totals }: Pick<CustodyView, "totals">) {
  const { allowed, denied, failed, identities, networks } = totals,
    all = allowed + denied + failed;
  return (
    <Grid columns={4}>
      <Stat
        label="Allowed"
        value={formatCount(allowed)}
        icon={<CircleCheck aria-hidden />}
        hint="requests and events"
      />
      <Stat
        label="Denied"
        value={formatCount(denied)}
        icon={<Ban aria-hidden />}
        hint={`${formatShare(denied, all)} of the total${failed > 0 ? `, ${formatCount(failed)} failed` : ""}`}
      />
      <Stat
        label="Identities"
        value={formatCount(identities)}
        icon={<Fingerprint aria-hidden />}
        hint="used a certificate"
      />
      <Stat
        label="Networks"
        value={formatCount(networks)}
        icon={<Network aria-hidden />}
        hint="/24 for IPv4, /48 for IPv6"
      />
    </Grid>
  );
}
