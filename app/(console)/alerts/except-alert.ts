import { resolveAlert } from "@/lib/alerts/answer-alert";
import { createException } from "@/lib/alerts/exceptions";
import type { ExceptionDto, ExceptionInput } from "@/lib/alerts/schema";
import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { isAppError } from "@/lib/errors/app-error";

/** An exception from an alert, which may be resolved along with it. Somebody who has resolved it meanwhile takes nothing from the exception. */
export async function exceptAlert(deps: Deps, actor: Actor, { resolve, ...input }: ExceptionInput & Readonly<{ resolve: boolean }>): Promise<ExceptionDto> {
  const made = await createException(deps, actor, input);
  if (!resolve || input.alertId === null) return made;
  await resolveAlert(deps, actor, input.alertId, { resolution: "expected", comment: input.comment }).catch((error: unknown) => {
    if (!isAppError(error) || error.kind !== "conflict") throw error;
  });
  return made;
}
