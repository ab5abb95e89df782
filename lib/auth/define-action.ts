import type { MaybeRecorded } from "@/lib/log/record/recorded";
import type { z } from "zod";
import type { Actor } from "@/lib/access/actor";
import { authorize, scopeOf, type Permission } from "@/lib/access/permissions";
import type { LostSession } from "@/lib/accounts/schema";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { parseInput } from "@/lib/http/invalid-input";
import { isRecorded, problemOf } from "@/lib/http/problem";
import { reportBug } from "@/lib/http/report-bug";
import type { EntryId } from "@/lib/format/ids";
import { settleError } from "@/lib/log/record/settle-error";
import { makeRecorder } from "@/lib/log/record/recorder";
import { beginScope, type RequestScope } from "@/lib/log/request-scope";
import { recordRefusal } from "@/lib/log/record/record-refusal";
import { waitForEntryNumber } from "@/lib/log/search/get-entry";
import type { Deps } from "@/lib/runtime/deps";
import { getDeps } from "@/lib/runtime/get-deps";
import { readForm } from "./read-form";
import {
  activeActorOfSession,
  anonymousActor,
  currentCertificateActor,
  currentRequest,
  lostSession,
} from "./session-actor";
import type { ActionState, ServerAction } from "./types";

/**
 * "self": any signed-in user, for actions on their own account. Null: no sign-in (setup); the use
 * case itself refuses once an account exists.
 */
export type ActionPermission = Permission | "self" | null;
export type UseCase<I, T> = (deps: Deps, actor: Actor, input: I) => Promise<T>;

/**
 * Creates a server action from a use case: checks session, permission and input, runs the use case,
 * and records every refusal. `input` is a FormData or a plain value. Returns errors that a user can
 * fix; an unexpected error is logged, and the user sees the request ID.
 */
export function defineAction<S extends z.ZodType, T>(
  permission: ActionPermission,
  schema: S,
  useCase: UseCase<z.output<S>, MaybeRecorded<T>>,
): ServerAction<T> {
  return async (_previous, input) => {
    const scope = beginScope();
    const deps = withScope(getDeps(), scope);
    let actor: Actor | null = null;
    try {
      actor = await currentActor();
      authorizeAction(actor, permission, await lostSession());
      const { result, entryId } = await useCase(
        deps,
        actor,
        parseInput(schema, input instanceof FormData ? readForm(input) : input, "form"),
      );
      return {
        ok: true,
        data: result,
        entryId,
        entrySeq: entryId === null ? null : await entryNumberOf(deps, entryId),
        mayReadEntry: scopeOf(actor.role, "audit.read") === "all",
      };
    } catch (error) {
      const settled = settleError(error, scope);
      if (actor !== null) return refuse(deps, actor, settled);
      // Nobody is known to have asked: the session can't be read.
      if (!isAppError(settled)) throw error;
      return stateOf(settled, (await currentRequest()).requestId);
    }
  };
}

const currentActor = async (): Promise<Actor> =>
  (await activeActorOfSession()) ?? (await currentCertificateActor()) ?? (await anonymousActor());

/** Counts what an action commits to its request. */
const withScope = (deps: Deps, scope: RequestScope): Deps => ({
  ...deps,
  recorder: makeRecorder({ ...deps.recorder, scope }),
});

/** Null if it can't be read now: the action is done, and its receipt has the entry's ID. */
const entryNumberOf = (deps: Deps, entryId: EntryId): Promise<number | null> =>
  waitForEntryNumber(deps, entryId).catch(() => null);

/** `defineAction` for a use case that only reads, or that records its own entries: no receipt. */
export const defineQuery = <S extends z.ZodType, T>(
  permission: ActionPermission,
  schema: S,
  useCase: UseCase<z.output<S>, T>,
): ServerAction<T> =>
  defineAction(permission, schema, async (deps, actor, input) => ({
    result: await useCase(deps, actor, input),
    entryId: null,
  }));

function authorizeAction(
  actor: Actor,
  permission: ActionPermission,
  lost: LostSession | null,
): void {
  if (permission !== null && actor.kind !== "user")
    throw new AppError(
      "unauthenticated",
      lost === "idle"
        ? "You were signed out because you were inactive. Your input is still here."
        : "You are signed out. Your input is still here.",
    );
  if (permission !== "self" && permission !== null) authorize(actor, permission);
}

/** Redirects and the like are thrown by the framework for itself. */
const isFramework = (error: unknown): boolean => {
  const digest = (error as { digest?: unknown } | null)?.digest;
  return typeof digest === "string" && digest.startsWith("NEXT_");
};

async function refuse(
  deps: Deps,
  actor: Actor,
  error: unknown,
): Promise<Extract<ActionState, { ok: false }>> {
  if (isFramework(error)) throw error;
  const path = (await currentRequest()).path.split("?")[0] ?? "";
  let shown = error;
  if (!isAppError(error)) reportBug(error, actor.requestId);
  if (!isRecorded(error)) {
    const { status, body } = problemOf(error, actor.requestId);
    await recordRefusal(deps.recorder, actor, {
      code: body.code,
      method: "POST",
      path,
      status,
      isKnownCaller: (await lostSession()) !== null,
    }).catch((cause: unknown) => {
      if (!isAppError(error) || error.code !== "outcome.unknown")
        shown = settleError(cause, undefined);
    });
  }
  return stateOf(shown, actor.requestId);
}

function stateOf(error: unknown, requestId: string): Extract<ActionState, { ok: false }> {
  const { body } = problemOf(error, requestId);
  const findings = isAppError(error) ? error.findings : [];
  const fieldErrors: Record<string, string[]> = {};
  for (const finding of findings)
    if (finding.path) (fieldErrors[finding.path] ??= []).push(finding.message);
  return { ok: false, message: body.detail, code: body.code, fieldErrors, findings };
}
