import type { Metadata } from "next";
import { MessageFrame } from "@/components/layout/message-frame";
import { ButtonLink } from "@/components/ui/button";

export const metadata: Metadata = { title: "Page not found" };

/** An unknown URL, or an item that doesn't exist or that the user may not know of. */
export default function NotFound() {
  return (
    <MessageFrame title="Page not found" action={<ButtonLink href="/">Go to overview</ButtonLink>}>
      <p>The page or the item it shows doesn't exist. Check the URL for typos.</p>
    </MessageFrame>
  );
}
