"use server";

import { z } from "zod";
import { acknowledgeAlert, assignAlert, resolveAlert } from "@/lib/alerts/answer-alert";
import { exceptAlert } from "@/lib/alerts/except-alert";
import { endException } from "@/lib/alerts/exceptions";
import {
  acknowledgeInput,
  assignInput,
  exceptionInput,
  resolveInput,
  ruleChange,
  ruleNames,
} from "@/lib/alerts/schema";
import { updateRule } from "@/lib/alerts/update-rule";
import { act } from "@/lib/auth/act";

const id = { id: z.string().max(64) };

export const acknowledge = act(
  "alerts.handle",
  acknowledgeInput.extend(id),
  (deps, actor, { id: alert, ...input }) => acknowledgeAlert(deps, actor, alert, input),
);
export const assign = act(
  "alerts.handle",
  assignInput.extend(id),
  (deps, actor, { id: alert, ...input }) => assignAlert(deps, actor, alert, input),
);
export const resolve = act(
  "alerts.handle",
  resolveInput.extend(id),
  (deps, actor, { id: alert, ...input }) => resolveAlert(deps, actor, alert, input),
);
/** Makes an exception, and with `resolve` closes the alert that it came from as expected. */
export const except = act(
  "alerts.handle",
  exceptionInput.extend({ resolve: z.boolean() }),
  exceptAlert,
);
export const end = act(
  "alerts.handle",
  acknowledgeInput.extend(id),
  (deps, actor, { id: exception, comment }) => endException(deps, actor, exception, { comment }),
);
export const update = act(
  "rules.write",
  ruleChange.extend({ name: z.enum(ruleNames) }),
  (deps, actor, { name, ...change }) => updateRule(deps, actor, name, change),
);
