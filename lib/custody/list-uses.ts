import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { AppError } from "@/lib/errors/app-error";
import { usesOf, toUseView } from "./custody-view-repository";
import type { UseView } from "./types";

export type UseQuery = Readonly<{
  certificate?: string | undefined;
  identity?: string | undefined;
}>;

const most = 500;

/**
 * The uses of a certificate or of an identity's certificates, latest first, at most 500. Needs
 * custody.read. Throws AppError `custody.query`.
 */
export async function listUses(
  deps: Pick<Deps, "db">,
  actor: Actor,
  { certificate, identity }: UseQuery,
): Promise<UseView[]> {
  authorize(actor, "custody.read");
  if ((certificate === undefined) === (identity === undefined)) {
    const message = "Provide either certificate (crt_…) or identity (idn_…).";
    throw new AppError("custody.query", message, {
      findings: [{ code: "custody.query", message, path: "certificate" }],
    });
  }
  const rows =
    certificate === undefined
      ? await usesOf(deps.db, "identity_id", identity ?? "", most)
      : await usesOf(deps.db, "certificate_id", certificate, most);
  return rows.map(toUseView);
}
