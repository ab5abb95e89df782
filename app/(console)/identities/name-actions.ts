"use server";

import { z } from "zod";
import { defineAction, defineQuery } from "@/lib/auth/define-action";
import { changeNames } from "@/lib/names/change-names";
import { importNames as importLines } from "@/lib/names/import-names";
import { previewRelease as previewOfRelease } from "@/lib/names/preview-release";
import {
  namesChange,
  namesImport,
  namesShare,
  namesTransfer,
  releasePreviewInput,
} from "@/lib/names/schema";
import { shareNames } from "@/lib/names/share-names";
import { transferNames } from "@/lib/names/transfer-names";

const id = { id: z.string().max(64) };

export const change = defineAction(
  "identities.write",
  namesChange.extend(id),
  (deps, actor, { id: identity, ...input }) => changeNames(deps, actor, identity, input),
);
export const transfer = defineAction(
  "names.manage",
  namesTransfer.extend(id),
  (deps, actor, { id: identity, ...input }) => transferNames(deps, actor, identity, input),
);
/** `id` is the identity that gets the names; `with` are those that hold them. */
export const share = defineAction(
  "names.manage",
  namesShare.extend(id),
  (deps, actor, { id: identity, ...input }) => shareNames(deps, actor, identity, input),
);
/** Each identity's names are an entry of their own, so there is no receipt for the whole. */
export const importNames = defineQuery("identities.write", namesImport, importLines);
/** For the release dialog: certificates that lose a name. */
export const previewRelease = defineQuery("identities.read", releasePreviewInput, previewOfRelease);
