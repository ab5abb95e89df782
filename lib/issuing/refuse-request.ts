import type { AnyActor } from "@/lib/access/actor";
import { AppError } from "@/lib/errors/app-error";
import type { Finding } from "@/lib/errors/types";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Decision, EntryDetails, NewEntry } from "@/lib/log/types";
import { isError } from "@/lib/pki/rule-checks";
import type { Deps } from "@/lib/runtime/deps";

type Refusal = Readonly<{
  target: NewEntry["target"];
  findings: readonly Finding[];
  /** The rules that were applied, where any were. */
  decision?: Decision;
  details: Omit<EntryDetails["certificate.refused"], "findings">;
}>;

/** Records the refusal with every reason, then throws it as `certificate.refused`. */
export async function refuseRequest(
  deps: Pick<Deps, "recorder">,
  actor: AnyActor,
  { target, findings, decision, details }: Refusal,
): Promise<never> {
  const errors = findings.filter(isError);
  const { entryId } = await recordEntry(deps.recorder, actor, {
    action: "certificate.refused",
    outcome: "denied",
    reason: errors.map(({ code }) => code).join(" "),
    target,
    ...(decision ? { decision } : {}),
    details: {
      ...details,
      findings: errors.map(({ code, message, path, clause }) => ({
        code,
        message,
        ...(path ? { path } : {}),
        ...(clause ? { clause } : {}),
      })),
    },
  });
  const message =
    errors.length === 1
      ? (errors[0]?.message ?? "")
      : `The request was denied for ${errors.length} reasons, listed below.`;
  throw new AppError("certificate.refused", message, {
    findings,
    ...(decision ? { details: { decision } } : {}),
    recordedAs: entryId,
  });
}
