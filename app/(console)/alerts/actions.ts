"use server";

import { z } from "zod";
import { acknowledgeAlert, assignAlert, resolveAlert } from "@/lib/alerts/answer-alert";
import { createExceptionForAlert, endException } from "@/lib/alerts/manage-exceptions";
import {
  acknowledgeInput,
  assignInput,
  exceptionInput,
  resolveInput,
  ruleChange,
  ruleNames,
} from "@/lib/alerts/schema";
import { updateRule } from "@/lib/alerts/update-rule";
import { defineAction } from "@/lib/auth/define-action";

const id = { id: z.string().max(64) };

export const acknowledge = defineAction(
  "alerts.handle",
  acknowledgeInput.extend(id),
  (deps, actor, { id: alert, ...input }) => acknowledgeAlert(deps, actor, alert, input),
);
export const assign = defineAction(
  "alerts.handle",
  assignInput.extend(id),
  (deps, actor, { id: alert, ...input }) => assignAlert(deps, actor, alert, input),
);
export const resolve = defineAction(
  "alerts.handle",
  resolveInput.extend(id),
  (deps, actor, { id: alert, ...input }) => resolveAlert(deps, actor, alert, input),
);
/** Adds an exception, and with `resolve` closes the alert that it came from as expected. */
export const except = defineAction(
  "alerts.handle",
  exceptionInput.extend({ resolve: z.boolean() }),
  createExceptionForAlert,
);
export const end = defineAction(
  "alerts.handle",
  acknowledgeInput.extend(id),
  (deps, actor, { id: exception, comment }) => endException(deps, actor, exception, { comment }),
);
export const update = defineAction(
  "rules.write",
  ruleChange.extend({ name: z.enum(ruleNames) }),
  (deps, actor, { name, ...change }) => updateRule(deps, actor, name, change),
);
