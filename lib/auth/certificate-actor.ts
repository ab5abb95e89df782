import type { Actor } from "@/lib/auth/actor";
import type { ActorRequest } from "@/lib/auth/token-actor";
import type { CertificateDecision, Peer } from "@/lib/custody/types";

/** What an entry names of an accepted certificate. */
export const credentialOf = ({
  certificateId,
  serial,
  fingerprintSha256,
}: Peer): NonNullable<Actor["credential"]> => ({ certificateId, serial, fingerprintSha256 });

/** The actor that an accepted certificate stands for: the service, person or device that it is bound to, in role service. */
export function actorOfPeer(peer: Peer, request: ActorRequest): Actor {
  return {
    kind: "certificate",
    id: peer.certificateId,
    label: peer.identity.name,
    role: "service",
    identityId: peer.identity.id,
    credential: credentialOf(peer),
    ...request,
  };
}

/** Who is refused: the certificate if it is one of ours, and else nobody, with what was presented beside it. May do nothing. */
export function actorOfRefused(
  { known, credential }: Extract<CertificateDecision, { accepted: false }>,
  request: ActorRequest,
): Actor {
  if (known === null)
    return {
      kind: "anonymous",
      id: null,
      label: "anonymous",
      role: null,
      identityId: null,
      credential,
      ...request,
    };
  return {
    kind: "certificate",
    id: known.certificateId,
    label: known.identity.name,
    role: null,
    identityId: known.identity.id,
    credential,
    ...request,
  };
}
