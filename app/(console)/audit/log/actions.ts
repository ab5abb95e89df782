"use server";

import { z } from "zod";
import { defineAction } from "@/lib/auth/define-action";
import { continueLog } from "@/lib/log/publish/continue-log";
import { requestDrill, requestVerification } from "@/lib/log/live/request-work";

export const openContinuation = defineAction(
  "log.continue",
  z.object({ comment: z.string().max(5_000) }),
  continueLog,
);
export const verify = defineAction("audit.verify", z.object({}), (deps, actor) =>
  requestVerification(deps, actor),
);
export const drill = defineAction("audit.verify", z.object({ entries: z.number() }), requestDrill);
