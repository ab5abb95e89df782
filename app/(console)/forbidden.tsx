import type { Metadata } from "next";
import { MessageFrame } from "@/components/layout/message-frame";
import { ButtonLink } from "@/components/ui/button";

export const metadata: Metadata = { title: "No access" };

/** Shown when the role doesn't allow the page. */
export default function Forbidden() {
  return (
    <MessageFrame
      inShell
      title="You don't have access to this page"
      action={<ButtonLink href="/">Go to overview</ButtonLink>}
    >
      <p>
        This attempt was recorded in the audit log. If you need access, ask an administrator to
        change your role.
      </p>
    </MessageFrame>
  );
}
