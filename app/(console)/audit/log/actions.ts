"use server";

import { z } from "zod";
import { act } from "@/lib/auth/act";
import { continueLog } from "@/lib/log/publish/continue-log";
import { requestDrill, requestVerification } from "@/lib/log/request-work";

export const openContinuation = act(
  "log.continue",
  z.object({ comment: z.string().max(5_000) }),
  continueLog,
);
export const verify = act("audit.verify", z.object({}), (deps, actor) =>
  requestVerification(deps, actor),
);
export const drill = act("audit.verify", z.object({ entries: z.number() }), requestDrill);
