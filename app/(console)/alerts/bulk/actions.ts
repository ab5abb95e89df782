"use server";

import { defineAction, defineQuery } from "@/lib/auth/define-action";
import { previewBulkAct } from "@/lib/bulk/preview-bulk-act";
import { bulkInput, startBulkInput } from "@/lib/bulk/schema";
import { startBulkAct } from "@/lib/bulk/start-bulk-act";

export const previewAlertBulk = defineQuery("alerts.handle", bulkInput, previewBulkAct);
export const startAlertBulk = defineAction("alerts.handle", startBulkInput, startBulkAct);
