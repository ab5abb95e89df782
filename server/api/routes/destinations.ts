import { createDestination } from "@/lib/delivery/create-destination";
import { getDestination, listDestinations } from "@/lib/delivery/read-destinations";
import { listDeliveries } from "@/lib/delivery/read-deliveries";
import { removeDestination } from "@/lib/delivery/remove-destination";
import { retryDestination } from "@/lib/delivery/retry-destination";
import {
  deliveryQuery,
  destinationChange,
  type DestinationDto,
  destinationInput,
  removeInput,
} from "@/lib/delivery/schema";
import { testDestination } from "@/lib/delivery/test-destination";
import { updateDestination } from "@/lib/delivery/update-destination";
import { defineRoute, defineRecordedRoute, idParams } from "@/server/api/define-route";
import { pageOf } from "@/server/api/schemas/common";
import { delivery, destination, savedDestination, testResult } from "@/server/api/schemas/delivery";

const target = (row: Pick<DestinationDto, "id" | "name">) => ({
  kind: "destination",
  id: row.id,
  label: row.name,
});
const common = { tag: "Destinations", reads: "destination.read" } as const;

export const destinationRoutes = [
  defineRoute({
    ...common,
    method: "get",
    path: "/destinations",
    permission: "destinations.read",
    summary: "List destinations",
    response: pageOf(destination),
    handle: (deps, actor) => listDestinations(deps, actor),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/destinations",
    permission: "destinations.write",
    summary: "Add a destination",
    description:
      "`secret` is the SMTP password, the signing key of the webhook (generated if omitted, and returned only in this response), or the whole URL of a Slack-compatible webhook.",
    body: destinationInput,
    status: 201,
    response: savedDestination,
    target,
    secrets: ["secret"],
    handle: (deps, actor, { body }) => createDestination(deps, actor, body),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/destinations/{id}",
    permission: "destinations.read",
    summary: "Get a destination",
    params: idParams,
    response: destination,
    target,
    handle: (deps, actor, { params }) => getDestination(deps, actor, params.id),
  }),
  defineRecordedRoute({
    ...common,
    method: "patch",
    path: "/destinations/{id}",
    permission: "destinations.write",
    summary: "Update, pause or resume a destination",
    description:
      "Omitted fields keep their value, including the secret. Pending notifications are retried at once.",
    params: idParams,
    body: destinationChange,
    response: savedDestination,
    target,
    secrets: ["secret"],
    handle: (deps, actor, { params, body }) => updateDestination(deps, actor, params.id, body),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/destinations/{id}/remove",
    permission: "destinations.write",
    summary: "Remove a destination",
    description:
      "Can't be undone. Pending notifications are dropped and the secret is deleted; the history is kept for 90 days.",
    params: idParams,
    body: removeInput,
    bodyOptional: true,
    response: destination,
    target,
    handle: (deps, actor, { params, body }) => removeDestination(deps, actor, params.id, body),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/destinations/{id}/retry",
    permission: "destinations.write",
    summary: "Retry pending notifications now",
    description:
      "Makes all pending notifications of an active destination due now, instead of at their next attempt. Those being sent are left alone.",
    params: idParams,
    bodyOptional: true,
    response: destination,
    target,
    handle: (deps, actor, { params }) => retryDestination(deps, actor, params.id),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/destinations/{id}/test",
    permission: "destinations.write",
    summary: "Send a test message",
    description: "Sends one test message now and returns the result within ten seconds.",
    params: idParams,
    bodyOptional: true,
    response: testResult,
    handle: (deps, actor, { params }) => testDestination(deps, actor, params.id),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/destinations/{id}/deliveries",
    permission: "destinations.read",
    summary: "List notifications of a destination",
    description: "Newest first, each with all attempts. Kept for 90 days.",
    params: idParams,
    query: deliveryQuery,
    response: pageOf(delivery),
    handle: (deps, actor, { params, query }) => listDeliveries(deps, actor, params.id, query),
  }),
];
