import type { AuthorityDto, AuthorityInput } from "@/lib/authorities/schema";
import { publishCrl } from "@/lib/authorities/publish-crl";
import { getAuthority } from "@/lib/authorities/read-authorities";
import { activateAuthority } from "@/lib/issuing/activate-authority";
import { createAuthority } from "@/lib/issuing/create-authority";
import { anything } from "@/lib/pki/ceiling/ceiling";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { testHostCaller } from "@/testing/harness";

/** Widens the ceilings of the test CA to everything, for tests that are about something else. */
export async function allowAnything({ signer }: Pick<Deps, "signer">): Promise<void> {
  const all = [anything];
  const addition = { dns: all, uri: all, email: all, ip: all, usages: all, days: 20_000 };
  for (const authority of ["root", "issuing"])
    await signer.allow(testHostCaller, { authority, addition });
}

/** Confirms every CA certificate that waits, and activates its CA: `chancery confirm`. */
export async function confirmAuthorities(deps: Deps): Promise<void> {
  for (const { certificateId, tbsSha256, authorityId } of await deps.signer.listWaiting(
    testHostCaller,
  )) {
    await deps.signer.decide(testHostCaller, { certificateId, tbsSha256, decision: "confirmed" });
    if (authorityId === null) continue;
    await activateAuthority(deps, adminActor(), authorityId);
    await publishCrl(deps, authorityId);
  }
}

/** Creates a CA whose certificate the host's operator confirms. */
export async function createConfirmedAuthority(
  deps: Deps,
  input: AuthorityInput,
): Promise<AuthorityDto> {
  const { result } = await createAuthority(deps, adminActor(), input);
  await confirmAuthorities(deps);
  return getAuthority(deps, adminActor(), result.id);
}
