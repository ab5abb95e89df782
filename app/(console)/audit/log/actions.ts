"use server";

import { z } from "zod";
import { act } from "@/lib/auth/act";
import { continueLog } from "@/lib/log/publish/continue-log";

export const openContinuation = act("log.continue", z.object({ comment: z.string().max(5_000) }), continueLog);
