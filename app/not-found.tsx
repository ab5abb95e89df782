import type { Metadata } from "next";
import { MessageFrame } from "@/components/layout/message-frame";
import { ButtonLink } from "@/components/ui/button";

export const metadata: Metadata = { title: "Not found" };

/** An address that leads nowhere; also what is hidden from somebody. */
export default function NotFound() {
  return (
    <MessageFrame
      title="There is nothing here"
      action={<ButtonLink href="/">To the overview</ButtonLink>}
    >
      <p>
        The address leads to no page, or what it named does not exist. Check it for a missing
        character, or search with Ctrl K.
      </p>
    </MessageFrame>
  );
}
