"use client";

import { MessageFrame } from "@/components/layout/message-frame";
import { Button } from "@/components/ui/button";
import "./globals.css";

/** The last resort: the root layout failed. Renders a whole document. */
export default function GlobalError({
  error,
  reset,
}: Readonly<{ error: Error & { digest?: string }; reset: () => void }>) {
  return (
    <html lang="en">
      <body>
        <title>Error · Chancery</title>
        <MessageFrame
          title="This page couldn't be loaded"
          action={<Button onClick={reset}>Try again</Button>}
        >
          <p>Nothing was changed. If this happens again, give an administrator the reference.</p>
          {error.digest && (
            <p className="pt-2 text-xs">
              Reference <code className="font-mono">{error.digest}</code>
            </p>
          )}
        </MessageFrame>
      </body>
    </html>
  );
}
