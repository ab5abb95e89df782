"use server";

import { z } from "zod";
import { defineAction, defineQuery } from "@/lib/auth/define-action";
import { createIdentity } from "@/lib/identities/create-identity";
import {
  identityChange,
  identityInput,
  identityQuery,
  identityStatusInput,
} from "@/lib/identities/schema";
import { activateIdentity, suspendIdentity } from "@/lib/identities/set-identity-status";
import { updateIdentity } from "@/lib/identities/update-identity";
import { getIdentityPower } from "@/lib/identities/read-power";
import { findIdentities } from "./find-identities";

const id = { id: z.string().max(64) };
const status = identityStatusInput.extend({
  ...id,
  comment: z.string().trim().max(500, "At most 500 characters.").default(""),
});

/** For the identity picker. */
export const find = defineQuery("identities.read", identityQuery, findIdentities);
/** For dialogs that confer power: what an identity has already. */
export const power = defineQuery("accounts.read", z.object(id), (deps, actor, { id: identity }) =>
  getIdentityPower(deps, actor, identity),
);
export const create = defineAction("identities.write", identityInput, createIdentity);
export const update = defineAction(
  "identities.write",
  identityChange.extend(id),
  (deps, actor, { id: identity, ...input }) => updateIdentity(deps, actor, identity, input),
);
export const suspend = defineAction(
  "identities.write",
  status,
  (deps, actor, { id: identity, ...input }) => suspendIdentity(deps, actor, identity, input),
);
export const activate = defineAction(
  "identities.write",
  status,
  (deps, actor, { id: identity, ...input }) => activateIdentity(deps, actor, identity, input),
);
