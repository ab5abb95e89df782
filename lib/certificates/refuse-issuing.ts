import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { recordEntry } from "@/lib/log/record";
import { isError } from "@/lib/pki/rule-book";
import type { Asked, Decided } from "./decide-issuing";

const target = ({ identity, profile }: Decided) => {
  if (identity) return { kind: "identity", id: identity.id, label: identity.name };
  return profile && { kind: "profile", id: profile.id, label: profile.slug };
};

/** Puts a refusal with every reason on the record, and throws it: `certificate.refused`, with the findings, the decision and the entry. */
export async function refuseIssuing(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  asked: Asked,
  decided: Decided,
): Promise<never> {
  const { findings, decision } = decided,
    errors = findings.filter(isError);
  const { entryId } = await recordEntry(deps, actor, {
    action: "certificate.refused",
    outcome: "denied",
    reason: errors.map((finding) => finding.code).join(" "),
    target: target(decided),
    decision,
    details: {
      profile: asked.profile.slice(0, 64),
      identity: asked.identity.slice(0, 64),
      subject: decided.csr?.subjectText ?? null,
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
      : `The request is refused for ${errors.length} reasons; each is listed.`;
  throw new AppError("certificate.refused", message, { findings, details: { entryId, decision } });
}
