"use server";

import { defineAction, defineQuery } from "@/lib/auth/define-action";
import { previewBulkIssue } from "@/lib/bulk/preview-bulk-issue";
import { bulkIssueInput, startBulkIssueInput } from "@/lib/bulk/schema";
import { startBulkIssue } from "@/lib/bulk/start-bulk-issue";

export const previewIssues = defineQuery("certificates.issue", bulkIssueInput, previewBulkIssue);
export const startIssues = defineAction("certificates.issue", startBulkIssueInput, startBulkIssue);
