import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { formatIso } from "@/lib/format/time";
import { findUncovered } from "@/lib/identities/read-identities";
import type { Deps } from "@/lib/runtime/deps";
import type { ReleasePreview, ReleasePreviewInput } from "./schema";

const maxListed = 50;

/** The certificates that lose a name by its release: the first 50, and how many there are. */
export async function previewRelease(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  { id, nameIds }: ReleasePreviewInput,
): Promise<ReleasePreview> {
  authorize(actor, "identities.read");
  const certificates = await findUncovered(deps, id, nameIds);
  return {
    count: certificates.length,
    certificates: certificates
      .slice(0, maxListed)
      .map(({ id: certificateId, commonName, notAfter }) => ({
        id: certificateId,
        commonName,
        notAfter: formatIso(notAfter),
      })),
  };
}
