import type { IdentityDto } from "@/lib/identities/schema";
import { changeNames } from "@/lib/names/change-names";
import { decideShare } from "@/lib/names/decide-share";
import { enforceNames, getNameBinding } from "@/lib/names/enforce-names";
import { importNames } from "@/lib/names/import-names";
import { listShares } from "@/lib/names/read-shares";
import {
  enforceInput,
  namesImport,
  namesChange,
  namesShare,
  namesTransfer,
  shareDecision,
  shareQuery,
} from "@/lib/names/schema";
import { shareNames } from "@/lib/names/share-names";
import { transferNames } from "@/lib/names/transfer-names";
import { defineRecordedRoute, defineRoute, idParams } from "@/server/api/define-route";
import { pageOf } from "@/server/api/schemas/common";
import { decidedShare, importResult, nameBinding, nameShare } from "@/server/api/schemas/names";
import { identity } from "@/server/api/schemas/people";

const target = (row: Pick<IdentityDto, "id" | "name">) => ({
  kind: "identity",
  id: row.id,
  label: row.name,
});
const common = { tag: "Names", reads: "identity.read" } as const;

export const nameRoutes = [
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/identities/{id}/names",
    permission: "identities.write",
    summary: "Add and release names",
    description:
      "Adds names to an identity and releases others, in one step. Only an administrator adds prefixes and networks, and frees names that certificates still carry.",
    params: idParams,
    body: namesChange,
    response: identity,
    target,
    handle: (deps, actor, { params, body }) => changeNames(deps, actor, params.id, body),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/identities/{id}/names/share",
    permission: "names.manage",
    summary: "Share names",
    description:
      "Gives the identity names that others hold, and lets all of them keep theirs. Every identity whose names overlap has to be named.",
    params: idParams,
    body: namesShare,
    response: identity,
    target,
    handle: (deps, actor, { params, body }) => shareNames(deps, actor, params.id, body),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/identities/{id}/names/transfer",
    permission: "names.manage",
    summary: "Transfer names",
    description: "Takes names from the identity and gives them to another, in one step.",
    params: idParams,
    body: namesTransfer,
    response: identity,
    target,
    handle: (deps, actor, { params, body }) => transferNames(deps, actor, params.id, body),
  }),
  defineRoute({
    ...common,
    method: "post",
    path: "/names/import",
    permission: "identities.write",
    summary: "Import names",
    description:
      "Adds names from lines of identity,type,value. A dry run, the default, says what each line would do.",
    body: namesImport,
    response: importResult,
    handle: (deps, actor, { body }) => importNames(deps, actor, body),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/name-shares",
    permission: "identities.read",
    summary: "List shared names",
    query: shareQuery,
    response: pageOf(nameShare),
    handle: (deps, actor, { query }) => listShares(deps, actor, query),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/name-shares/{id}/decide",
    permission: "names.manage",
    summary: "Decide who keeps shared names",
    params: idParams,
    body: shareDecision,
    response: decidedShare,
    target: ({ id }) => ({ kind: "name-share", id, label: id }),
    handle: (deps, actor, { params, body }) => decideShare(deps, actor, params.id, body),
  }),
  defineRoute({
    ...common,
    method: "get",
    path: "/name-binding",
    permission: "identities.read",
    summary: "Get whether names are enforced",
    description: "With the certificates that can't be renewed when names are enforced.",
    response: nameBinding,
    handle: (deps, actor) => getNameBinding(deps, actor),
  }),
  defineRecordedRoute({
    ...common,
    method: "post",
    path: "/name-binding/enforce",
    permission: "names.manage",
    summary: "Enforce names",
    description:
      "From now on, a certificate with a name that its identity doesn't hold is refused. Can't be undone.",
    body: enforceInput,
    response: nameBinding,
    target: () => null,
    handle: (deps, actor, { body }) => enforceNames(deps, actor, body),
  }),
];
