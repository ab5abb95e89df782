import { notFound } from "next/navigation";
import { paginationLinks } from "@/components/filters/list-href";
import { DeliveryHistory } from "@/components/delivery/delivery-history";
import { destinationState } from "@/components/delivery/delivery-labels";
import { DestinationActions } from "@/components/delivery/destination-actions";
import { DestinationFacts } from "@/components/delivery/destination-facts";
import { DestinationStatus } from "@/components/delivery/destination-status";
import { TestButton } from "@/components/delivery/test-button";
import { StateBadge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Grid, Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { getDestination } from "@/lib/delivery/read-destinations";
import { listDeliveries } from "@/lib/delivery/read-deliveries";
import { deliveryQuery } from "@/lib/delivery/schema";
import { isAppError } from "@/lib/errors/app-error";
import { plural } from "@/lib/format/count";
import { readQuery, type SearchParams } from "@/app/(console)/read-query";
import { remove, retry, test, update } from "@/app/(console)/settings/delivery/actions";

export const metadata = { title: "Destination" };

export default async function DestinationPage({
  params,
  searchParams,
}: Readonly<{ params: Promise<{ id: string }>; searchParams: SearchParams }>) {
  const { id } = await params;
  const { actor, deps } = await openPage("destinations.read", {
    action: "destination.read",
    target: { kind: "destination", id, label: id },
  });
  const { query, params: listParams } = await readQuery(deliveryQuery, searchParams);
  const loaded = await Promise.all([
    getDestination(deps, actor, id),
    listDeliveries(deps, actor, id, query),
  ]).catch((error: unknown) => {
    if (isAppError(error) && error.code === "destination.not-found") notFound();
    throw error;
  });
  const [destination, { items, nextCursor }] = loaded,
    path = `/settings/delivery/${id}`;
  const mayWrite =
      scopeOf(actor.role, "destinations.write") !== "none" && destination.status !== "removed",
    { state, label } = destinationState(destination);
  return (
    <>
      <PageHeader
        title={destination.name}
        description={destination.address}
        crumbs={[{ label: "Delivery", href: "/settings/delivery" }]}
        badge={<StateBadge state={state} label={label} />}
        action={
          mayWrite && <DestinationActions destination={destination} actions={{ update, remove }} />
        }
      />
      <Stack>
        <DestinationStatus
          destination={destination}
          retry={mayWrite ? retry : null}
          now={deps.clock.now()}
        />
        <Grid columns="main">
          <Stack>
            <Card
              title="Notifications"
              padding="flush"
              description="Newest first. Kept for 90 days."
            >
              <DeliveryHistory items={items} />
            </Card>
            {items.length > 0 && (
              <Pagination
                summary={`${plural(items.length, "notification")}${listParams["cursor"] || nextCursor !== null ? " on this page" : ""}`}
                {...paginationLinks(path, listParams, nextCursor)}
              />
            )}
          </Stack>
          <Stack>
            {mayWrite && (
              <Card title="Test" description="Sends one test message now.">
                <TestButton id={id} action={test} />
              </Card>
            )}
            <DestinationFacts destination={destination} />
          </Stack>
        </Grid>
      </Stack>
    </>
  );
}
