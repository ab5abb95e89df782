import { CalendarCheck } from "lucide-react";
import { CertificateTable } from "@/components/certificates/certificate-table";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Link } from "@/components/ui/link";
import type { Overview } from "@/lib/overview/schema";

/** What ends next and has no successor. */
export function ExpiringList({ items, now }: Readonly<{ items: Overview["expiring"]; now: Date }>) {
  return (
    <Card
      title="Ends next"
      description="Valid, within thirty days, without a successor."
      padding="flush"
      aside={
        items.length > 0 && (
          <Link href="/certificates?state=expiring&sort=notAfter">All of them</Link>
        )
      }
    >
      <CertificateTable
        bare
        caption="Certificates that end next"
        items={items}
        now={now}
        empty={
          <EmptyState icon={<CalendarCheck aria-hidden />} title="Nothing ends soon">
            No certificate without a successor ends within thirty days.
          </EmptyState>
        }
      />
    </Card>
  );
}
