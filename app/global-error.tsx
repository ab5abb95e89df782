"use client";

import { MessageFrame } from "@/components/layout/message-frame";
import { Button } from "@/components/ui/button";
import "./globals.css";

/** The last resort: the frame itself broke. It carries its own document. */
export default function GlobalError({
  error,
  reset,
}: Readonly<{ error: Error & { digest?: string }; reset: () => void }>) {
  return (
    <html lang="en">
      <body>
        <title>Something broke · Chancery</title>
        <MessageFrame
          title="This page could not be made"
          action={<Button onClick={reset}>Try again</Button>}
        >
          <p>
            Nothing was changed by it. If it happens again, give an administrator the reference.
          </p>
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
