import { createDestination } from "@/lib/delivery/create-destination";
import { getDestination } from "@/lib/delivery/get-destination";
import { listDeliveries } from "@/lib/delivery/list-deliveries";
import { listDestinations } from "@/lib/delivery/list-destinations";
import { removeDestination } from "@/lib/delivery/remove-destination";
import {
  deliveryQuery,
  destinationChange,
  destinationInput,
  removeInput,
  type DestinationDto,
} from "@/lib/delivery/schema";
import { testDestination } from "@/lib/delivery/test-destination";
import { updateDestination } from "@/lib/delivery/update-destination";
import { defineRoute, idParams } from "@/server/api/define-route";
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
    summary: "List destinations of alerts",
    response: pageOf(destination),
    handle: (deps, actor) => listDestinations(deps, actor),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/destinations",
    permission: "destinations.write",
    summary: "Add a destination",
    description:
      "`secret` is the password of the mail user, the key of the webhook's signature (made here if it is left out, and in this answer alone), or the whole link of a Slack-compatible webhook.",
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
    summary: "Read a destination",
    params: idParams,
    response: destination,
    target,
    handle: (deps, actor, { params }) => getDestination(deps, actor, params.id),
  }),
  defineRoute({
    ...common,
    method: "patch",
    path: "/destinations/{id}",
    permission: "destinations.write",
    summary: "Change, pause or resume a destination",
    description:
      "What is left out stays, the secret too. What waits for the destination is tried again at once.",
    params: idParams,
    body: destinationChange,
    response: savedDestination,
    target,
    secrets: ["secret"],
    handle: (deps, actor, { params, body }) => updateDestination(deps, actor, params.id, body),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/destinations/{id}/remove",
    permission: "destinations.write",
    summary: "Remove a destination",
    description:
      "For ever. What waits for it is given up; its secret is forgotten; its history stays for 90 days.",
    params: idParams,
    body: removeInput,
    bodyOptional: true,
    response: destination,
    target,
    handle: (deps, actor, { params, body }) => removeDestination(deps, actor, params.id, body),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/destinations/{id}/test",
    permission: "destinations.write",
    summary: "Send a test message",
    description: "At once, and once. The answer says how it went, after ten seconds at most.",
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
    summary: "List what was sent to a destination",
    description:
      "Newest first, each with all of its attempts. What was over 90 days ago is forgotten.",
    params: idParams,
    query: deliveryQuery,
    response: pageOf(delivery),
    handle: (deps, actor, { params, query }) => listDeliveries(deps, actor, params.id, query),
  }),
];
