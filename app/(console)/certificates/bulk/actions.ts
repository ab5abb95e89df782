"use server";

import { z } from "zod";
import { defineAction, defineQuery } from "@/lib/auth/define-action";
import { blockPublicKey } from "@/lib/certificates/block-key";
import { findKey } from "@/lib/certificates/find-key";
import { blockKeyInput } from "@/lib/certificates/schema";
import { cancelBulkAct } from "@/lib/bulk/cancel-bulk-act";
import { previewBulkAct } from "@/lib/bulk/preview-bulk-act";
import { bulkInput, startBulkInput } from "@/lib/bulk/schema";
import { startBulkAct } from "@/lib/bulk/start-bulk-act";

export const previewBulk = defineQuery("certificates.revoke", bulkInput, previewBulkAct);
export const startBulk = defineAction("certificates.revoke", startBulkInput, startBulkAct);
export const cancelBulk = defineAction(
  "certificates.revoke",
  z.strictObject({ id: z.string().max(64) }),
  (deps, actor, { id }) => cancelBulkAct(deps, actor, id),
);
/** The key of what was pasted, to list its certificates. */
export const findPastedKey = defineQuery(
  "certificates.read",
  z.strictObject({ text: blockKeyInput.shape.key }),
  findKey,
);
/** Blocks the key of what was pasted, if no certificate has it. */
export const blockPastedKey = defineAction("certificates.revoke", blockKeyInput, blockPublicKey);
