"use server";

import { z } from "zod";
import { defineAction } from "@/lib/auth/define-action";
import { confirmStep, dismissChecklist } from "@/lib/overview/answer-checklist";
import { stepConfirmation } from "@/lib/overview/schema";

export const confirm = defineAction("accounts.write", stepConfirmation, confirmStep);
export const dismiss = defineAction("accounts.write", z.strictObject({}), dismissChecklist);
