"use server";

import { z } from "zod";
import { defineAction } from "@/lib/auth/define-action";
import { decideShare } from "@/lib/names/decide-share";
import { enforceNames } from "@/lib/names/enforce-names";
import { enforceInput, shareDecision } from "@/lib/names/schema";

export const decide = defineAction(
  "names.manage",
  shareDecision.extend({ id: z.string().max(64) }),
  (deps, actor, { id, ...input }) => decideShare(deps, actor, id, input),
);
export const enforce = defineAction("names.manage", enforceInput, enforceNames);
