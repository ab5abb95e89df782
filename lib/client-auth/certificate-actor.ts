import { anonymousActorOf, type Actor, type ActorRequest, type AnyActor } from "@/lib/access/actor";
import type { Peer, ProvenPeer } from "@/lib/access/peer";
import type { CertificateRefusal } from "./types";

/** The credential that an entry names for an accepted certificate. */
export const credentialOf = ({
  certificateId,
  serial,
  fingerprintSha256,
}: Peer): NonNullable<Actor["credential"]> => ({ certificateId, serial, fingerprintSha256 });

/**
 * The actor that an accepted certificate authenticates: the service, person or device that it is
 * bound to, with role service. On the word of a proxy it is an asserted one.
 */
export function actorOfPeer(peer: ProvenPeer, request: ActorRequest): Actor;
export function actorOfPeer(peer: Peer, request: ActorRequest): AnyActor;
export function actorOfPeer(peer: Peer, request: ActorRequest): AnyActor {
  return {
    kind: "certificate",
    id: peer.certificateId,
    label: peer.identity.name,
    role: "service",
    identityId: peer.identity.id,
    credential: credentialOf(peer),
    assertedBy: peer.assertedBy,
    ...request,
  };
}

/**
 * The actor of a refused request: the certificate if it was issued here, otherwise anonymous with
 * the credential that was presented. Has no permission.
 */
export function actorOfRefused(
  { certificate, credential, assertedBy }: CertificateRefusal,
  request: ActorRequest,
): AnyActor {
  if (certificate === null) return anonymousActorOf(request, { credential });
  return {
    kind: "certificate",
    id: certificate.certificateId,
    label: certificate.identity.name,
    role: null,
    identityId: certificate.identity.id,
    credential,
    assertedBy,
    ...request,
  };
}
