"use server";

import { z } from "zod";
import { defineAction } from "@/lib/auth/define-action";
import { createDestination } from "@/lib/delivery/create-destination";
import { removeDestination } from "@/lib/delivery/remove-destination";
import { retryDestination } from "@/lib/delivery/retry-destination";
import { destinationChange, destinationInput, removeInput } from "@/lib/delivery/schema";
import { testDestination } from "@/lib/delivery/test-destination";
import { updateDestination } from "@/lib/delivery/update-destination";

const id = { id: z.string().max(64) };

export const create = defineAction("destinations.write", destinationInput, createDestination);
export const update = defineAction(
  "destinations.write",
  destinationChange.extend(id),
  (deps, actor, { id: destination, ...change }) =>
    updateDestination(deps, actor, destination, change),
);
export const remove = defineAction(
  "destinations.write",
  removeInput.extend(id),
  (deps, actor, { id: destination, ...input }) =>
    removeDestination(deps, actor, destination, input),
);
export const retry = defineAction(
  "destinations.write",
  z.strictObject(id),
  (deps, actor, { id: destination }) => retryDestination(deps, actor, destination),
);
export const test = defineAction(
  "destinations.write",
  z.strictObject(id),
  (deps, actor, { id: destination }) => testDestination(deps, actor, destination),
);
