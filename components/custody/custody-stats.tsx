import { Ban, CircleCheck, Fingerprint, Network } from "lucide-react";
import { Stat } from "@/components/ui/card";
import { Grid } from "@/components/ui/layout";
import { Link } from "@/components/ui/link";
import { formatCount, formatShare } from "@/lib/format/count";
import type { CustodyView } from "@/lib/custody/types";

/** The figures of the period. */
export function CustodyStats({
  totals,
  linked,
}: Pick<CustodyView, "totals"> & Readonly<{ linked: boolean }>) {
  const { allowed, denied, failed, identities, networks } = totals,
    all = allowed + denied + failed;
  const refused = (
    <Stat
      label="Denied"
      value={formatCount(denied)}
      icon={<Ban aria-hidden />}
      hint={`${formatShare(denied, all)} of the total${failed > 0 ? `, ${formatCount(failed)} failed` : ""}`}
    />
  );
  return (
    <Grid columns={4}>
      <Stat
        label="Allowed"
        value={formatCount(allowed)}
        icon={<CircleCheck aria-hidden />}
        hint="requests and events"
      />
      {linked ? (
        <Link href="/audit?outcome=denied" variant="plain">
          {refused}
        </Link>
      ) : (
        refused
      )}
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
