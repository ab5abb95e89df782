import type { z } from "zod";
import { authorize, type Permission } from "@/lib/auth/permissions";
import { readForm } from "@/lib/auth/read-form";
import { recordRefusal } from "@/lib/auth/record-refusal";
import {
  actorOfSession,
  anonymousActor,
  currentHolder,
  currentRequest,
} from "@/lib/auth/session-actor";
import type { Actor } from "@/lib/auth/actor";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import type { Deps } from "@/lib/deps";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { findEntrySeq } from "@/lib/log/find-entry-seq";
import { parseInput } from "@/lib/http/invalid-input";
import { isRecorded, problemOf } from "@/lib/http/problem";
import { reportBug } from "@/lib/http/report-bug";
import { getDeps } from "@/lib/runtime";

/** "self": whoever is signed in, for what they do to themselves. Null: anybody, before there is anybody (setup); its use case guards itself. */
export type ActPermission = Permission | "self" | null;
export type UseCase<I, T> = (deps: Deps, actor: Actor, input: I) => Promise<T>;

/**
 * Makes a server action of a use case: session, permission, input, use case, and every refusal on the record. `input` is a FormData or a
 * plain value. Never throws for what a person can mend; what is a bug stays in the server's log and shows the request's id.
 */
export function act<S extends z.ZodType, T>(
  permission: ActPermission,
  schema: S,
  useCase: UseCase<z.output<S>, T>,
): ServerAction<T> {
  return async (_previous, input) => {
    const deps = getDeps();
    const actor = (await actorOfSession()) ?? (await currentHolder()) ?? (await anonymousActor());
    try {
      admit(actor, permission);
      const data = await useCase(
        deps,
        actor,
        parseInput(schema, input instanceof FormData ? readForm(input) : input, "form"),
      );
      const entryId = entryIdOf(data);
      return {
        ok: true,
        data,
        entryId,
        entrySeq: entryId === null ? null : await findEntrySeq(deps, entryId),
      };
    } catch (error) {
      return refuse(deps, actor, error);
    }
  };
}

function admit(actor: Actor, permission: ActPermission): void {
  if (permission === "self" && actor.kind !== "user")
    throw new AppError("unauthenticated", "You are signed out. Sign in and try again.", {
      kind: "unauthenticated",
    });
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
    await recordRefusal(deps, actor, { code: body.code, method: "POST", path, status }).catch(
      (cause: unknown) => {
        shown = cause;
      },
    );
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

function entryIdOf(data: unknown): string | null {
  const id =
    typeof data === "object" && data !== null ? (data as { entryId?: unknown }).entryId : null;
  return typeof id === "string" ? id : null;
}
