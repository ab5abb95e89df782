"use server";

import { z } from "zod";
import { defineAction, defineQuery } from "@/lib/auth/define-action";
import { findKey } from "@/lib/certificates/find-key";
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
  z.strictObject({ text: z.string().max(65_536, "This is too large. The limit is 64 KiB.") }),
  findKey,
);
