import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { isAppError } from "@/lib/errors/app-error";
import { resolveAlert } from "./answer-alert";
import { createException } from "./exceptions";
import { readAlert } from "./get-alert";
import type { Excepted, ExceptionInput } from "./schema";

/** An exception from an alert, which may be resolved along with it. Somebody who has resolved it meanwhile takes nothing from the exception, and is named. */
export async function exceptAlert(
  deps: Pick<Deps, "db" | "clock" | "random" | "source">,
  actor: Actor,
  { resolve, ...input }: ExceptionInput & Readonly<{ resolve: boolean }>,
): Promise<Excepted> {
  const made = await createException(deps, actor, input),
    { alertId, comment } = input;
  if (!resolve || alertId === null) return { ...made, resolvedBefore: null };
  try {
    await resolveAlert(deps, actor, alertId, { resolution: "expected", comment });
    return { ...made, resolvedBefore: null };
  } catch (error) {
    if (!isAppError(error) || error.kind !== "conflict") throw error;
    return { ...made, resolvedBefore: (await readAlert(deps, alertId)).resolved };
  }
}
