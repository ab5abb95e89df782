import { Waypoints } from "lucide-react";
import { listHref, type Params } from "@/components/filters/list-href";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkedRows } from "@/components/ui/linked-rows";
import type { CustodyView } from "@/lib/custody/types";
import { serviceLabel } from "@/lib/format/service-label";

type Props = Pick<CustodyView, "services"> & Readonly<{ path: string; params: Params }>;

/** Requests by service and outcome; each service is a filter of the page. */
export function ServiceChart({ services, path, params }: Props) {
  return (
    <Card title="Requests by service" description="Select a service to see its usage alone.">
      {services.length === 0 ? (
        <EmptyState icon={<Waypoints aria-hidden />} title="No requests">
          No service was called with a certificate in this period.
        </EmptyState>
      ) : (
        <LinkedRows
          label="Requests by service"
          pointLabel="Service"
          series={[
            { key: "allowed", label: "Allowed", tone: "accent" },
            { key: "denied", label: "Denied", tone: "denied" },
            { key: "failed", label: "Failed", tone: "expiring" },
          ]}
          rows={services.map(({ service, ...values }) => ({
            label: serviceLabel(service),
            href: listHref(path, params, { service }),
            values,
          }))}
        />
      )}
    </Card>
  );
}
