import type { Metadata } from "next";
import { MessageFrame } from "@/components/layout/message-frame";
import { ButtonLink } from "@/components/ui/button";

export const metadata: Metadata = { title: "Not allowed" };

/** A page that the role does not allow. */
export default function Forbidden() {
  return (
    <MessageFrame
      inShell
      title="Your role does not allow this page"
      action={<ButtonLink href="/">To the overview</ButtonLink>}
    >
      <p>
        That you tried is on the record. If you need it for your work, ask an administrator to
        change your role.
      </p>
    </MessageFrame>
  );
}
