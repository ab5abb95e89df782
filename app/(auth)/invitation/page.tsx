import type { Metadata } from "next";
import { InvitationPage } from "@/components/accounts/invitation-page";
import { mtlsAddress } from "@/app/mtls-address";
import { accept, read } from "./actions";

export const metadata: Metadata = { title: "Set your password", referrer: "no-referrer" };

/**
 * The page of a link with which a user sets their password. The secret is the fragment of its
 * address, which the browser sends to no server; the page passes it to the actions.
 */
export default async function Invitation() {
  return (
    <InvitationPage read={read} accept={accept} certificateHref={await mtlsAddress("/sign-in")} />
  );
}
