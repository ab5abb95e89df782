import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { usesOf } from "./custody-view-repository";
import type { UseView } from "./types";
import { useView } from "./use-view";

export type UseQuery = Readonly<{
  certificate?: string | undefined;
  identity?: string | undefined;
}>;

const most = 500;

/** Where and for what one certificate, or one identity's certificates, were used, the latest first, at most 500. Errors: `custody.query`. */
export async function listUses(
  deps: Pick<Deps, "db">,
  actor: Actor,
  { certificate, identity }: UseQuery,
): Promise<UseView[]> {
  authorize(actor, "custody.read");
  if ((certificate === undefined) === (identity === undefined)) {
    const message = "Say whose uses: either certificate (crt_…) or identity (idn_…).";
    throw new AppError("custody.query", message, {
      findings: [{ code: "custody.query", message, path: "certificate" }],
    });
  }
  const rows =
    certificate === undefined
      ? await usesOf(deps.db, "identity_id", identity ?? "", most)
      : await usesOf(deps.db, "certificate_id", certificate, most);
  return rows.map(useView);
}
