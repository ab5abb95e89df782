"use server";

import { defineAction, defineQuery } from "@/lib/auth/define-action";
import { previewBulkAct } from "@/lib/bulk/preview-bulk-act";
import { bulkInput, startBulkInput } from "@/lib/bulk/schema";
import { startBulkAct } from "@/lib/bulk/start-bulk-act";

export const previewIdentityBulk = defineQuery("identities.write", bulkInput, previewBulkAct);
export const startIdentityBulk = defineAction("identities.write", startBulkInput, startBulkAct);
