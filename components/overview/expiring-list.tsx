import { CalendarCheck } from "lucide-react";
import { CertificateTable } from "@/components/certificates/shared/certificate-table";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Link } from "@/components/ui/link";
import { formatCount, plural } from "@/lib/format/count";
import type { Overview } from "@/lib/overview/schema";

/** The certificates that expire next and have no successor. */
export function ExpiringList({
  overview: { expiring: items, expiringCount, shortLived },
  now,
}: Readonly<{ overview: Overview; now: Date }>) {
  return (
    <Card
      title="Expiring next"
      description="Valid certificates without a successor in the last third of their lifetime, at most 30 days before they expire."
      padding="flush"
      aside={
        items.length > 0 && (
          <Link href="/certificates?state=expiring&sort=notAfter">
            View all {formatCount(expiringCount)}
          </Link>
        )
      }
      footer={
        shortLived > 0 && (
          <p className="text-xs text-muted">
            Not counted:{" "}
            <Link href="/certificates?state=short-lived&sort=notAfter">
              {plural(shortLived, "short-lived certificate")}
            </Link>
            , valid for a week at most and renewed by programs.
          </p>
        )
      }
    >
      <CertificateTable
        bare
        caption="Certificates that expire next"
        items={items}
        now={now}
        empty={
          <EmptyState icon={<CalendarCheck aria-hidden />} title="No certificates are expiring">
            Certificates appear here in the last third of their lifetime, at most 30 days before
            they expire, unless they have a successor.
          </EmptyState>
        }
      />
    </Card>
  );
}
