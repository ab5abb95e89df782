"use server";

import { z } from "zod";
import { act } from "@/lib/auth/act";
import { createDestination } from "@/lib/delivery/create-destination";
import { removeDestination } from "@/lib/delivery/remove-destination";
import { destinationChange, destinationInput, removeInput } from "@/lib/delivery/schema";
import { testDestination } from "@/lib/delivery/test-destination";
import { updateDestination } from "@/lib/delivery/update-destination";

const id = { id: z.string().max(64) };

export const create = act("destinations.write", destinationInput, createDestination);
export const update = act(
  "destinations.write",
  destinationChange.extend(id),
  (deps, actor, { id: destination, ...change }) =>
    updateDestination(deps, actor, destination, change),
);
export const remove = act(
  "destinations.write",
  removeInput.extend(id),
  (deps, actor, { id: destination, ...input }) =>
    removeDestination(deps, actor, destination, input),
);
export const test = act(
  "destinations.write",
  z.strictObject(id),
  (deps, actor, { id: destination }) => testDestination(deps, actor, destination),
);
