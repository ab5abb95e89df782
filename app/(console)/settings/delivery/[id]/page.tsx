import { notFound } from "next/navigation";
import { pagesOf } from "@/components/filters/list-address";
import { DeliveryHistory } from "@/components/delivery/delivery-history";
import { destinationLook } from "@/components/delivery/delivery-words";
import { DestinationActions } from "@/components/delivery/destination-actions";
import { DestinationFacts } from "@/components/delivery/destination-facts";
import { TestButton } from "@/components/delivery/test-button";
import { StateBadge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Grid, Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/auth/permissions";
import { getDestination } from "@/lib/delivery/get-destination";
import { listDeliveries } from "@/lib/delivery/list-deliveries";
import { deliveryQuery } from "@/lib/delivery/schema";
import { isAppError } from "@/lib/errors/app-error";
import { plural } from "@/lib/format/count";
import { readQuery, type SearchParams } from "../../../read-query";
import { remove, test, update } from "../actions";

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
  const { query, params: asked } = await readQuery(deliveryQuery, searchParams);
  const found = await Promise.all([
    getDestination(deps, actor, id),
    listDeliveries(deps, actor, id, query),
  ]).catch((error: unknown) => {
    if (isAppError(error) && error.code === "destination.not-found") notFound();
    throw error;
  });
  const [destination, { items, nextCursor }] = found,
    path = `/settings/delivery/${id}`;
  const mayWrite =
      scopeOf(actor.role, "destinations.write") !== "none" && destination.status !== "removed",
    { state, word } = destinationLook(destination);
  return (
    <>
      <PageHeader
        title={destination.name}
        sentence={destination.address}
        crumbs={[{ label: "Delivery", href: "/settings/delivery" }]}
        badge={<StateBadge state={state} word={word} />}
        action={
          mayWrite && <DestinationActions destination={destination} actions={{ update, remove }} />
        }
      />
      <Grid columns="main">
        <Stack>
          <Card
            title="Deliveries"
            padding="flush"
            description={
              destination.waiting === 0
                ? "Kept for 90 days."
                : `${plural(destination.waiting, "delivery", "deliveries")} still to be sent.`
            }
          >
            <DeliveryHistory items={items} />
          </Card>
          {items.length > 0 && (
            <Pagination
              summary={`${plural(items.length, "delivery", "deliveries")} on this page`}
              {...pagesOf(path, asked, nextCursor)}
            />
          )}
        </Stack>
        <Stack>
          {mayWrite && (
            <Card title="Test" description="One message that says that it is a test, at once.">
              <TestButton id={id} action={test} />
            </Card>
          )}
          <DestinationFacts destination={destination} />
        </Stack>
      </Grid>
    </>
  );
}
