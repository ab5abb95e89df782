import { CalendarCheck } from "lucide-react";
import { CertificateTable } from "@/components/certificates/shared/certificate-table";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Link } from "@/components/ui/link";
import type { Overview } from "@/lib/overview/schema";

/** The certificates that expire next and have no successor. */
export function ExpiringList({ items, now }: Readonly<{ items: Overview["expiring"]; now: Date }>) {
  return (
    <Card
      title="Expiring next"
      description="Valid certificates without a successor in the last third of their lifetime, at most 30 days before they expire."
      padding="flush"
      aside={
        items.length > 0 && <Link href="/certificates?state=expiring&sort=notAfter">View all</Link>
      }
    >
      <CertificateTable
        bare
        caption="Certificates that expire next"
        items={items}
        now={now}
        empty={
          <EmptyState icon={<CalendarCheck aria-hidden />} title="Nothing expires soon">
            Certificates appear here in the last third of their lifetime, at most 30 days before
            they expire, unless they have a successor.
          </EmptyState>
        }
      />
    </Card>
  );
}
