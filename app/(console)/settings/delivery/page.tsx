import { Plus } from "lucide-react";
import { DestinationDialog } from "@/components/delivery/destination-dialog";
import { DestinationTable } from "@/components/delivery/destination-table";
import { Button } from "@/components/ui/button";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { listDestinations } from "@/lib/delivery/read-destinations";
import { create } from "./actions";

export const metadata = { title: "Delivery" };

export default async function DeliveryPage() {
  const { actor, deps } = await openPage("destinations.read", { action: "destination.read" });
  const { items } = await listDestinations(deps, actor);
  const mayWrite = scopeOf(actor.role, "destinations.write") !== "none";
  const newOne = mayWrite && (
    <DestinationDialog
      action={create}
      trigger={
        <Button variant="primary" icon={<Plus aria-hidden />}>
          Add destination
        </Button>
      }
    />
  );
  return (
    <>
      <PageHeader
        title="Delivery"
        description="Where alerts are sent. Failed deliveries are retried for 24 hours, and every attempt is kept."
        action={items.length > 0 && newOne}
      />
      <DestinationTable items={items} action={newOne} />
    </>
  );
}
