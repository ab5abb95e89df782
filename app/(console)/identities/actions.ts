"use server";

import { z } from "zod";
import { act } from "@/lib/auth/act";
import { createIdentity } from "@/lib/identities/create-identity";
import {
  identityChange,
  identityInput,
  identityQuery,
  identityStatusInput,
} from "@/lib/identities/schema";
import { activateIdentity, suspendIdentity } from "@/lib/identities/set-identity-status";
import { updateIdentity } from "@/lib/identities/update-identity";
import { findIdentities } from "./find-identities";

const id = { id: z.string().max(64) };
const status = identityStatusInput.extend({
  ...id,
  comment: z.string().trim().max(500, "At most 500 characters.").default(""),
});

/** For choosing one while typing. */
export const find = act("identities.read", identityQuery, findIdentities);
export const create = act("identities.write", identityInput, createIdentity);
export const update = act(
  "identities.write",
  identityChange.extend(id),
  (deps, actor, { id: identity, ...input }) => updateIdentity(deps, actor, identity, input),
);
export const suspend = act("identities.write", status, (deps, actor, { id: identity, ...input }) =>
  suspendIdentity(deps, actor, identity, input),
);
export const activate = act("identities.write", status, (deps, actor, { id: identity, ...input }) =>
  activateIdentity(deps, actor, identity, input),
);
