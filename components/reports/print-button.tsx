"use client";

import { Printer } from "lucide-react";
import { Button } from "@/components/ui/button";

/** Opens the browser's print dialog, which can also save a PDF. */
export function PrintButton() {
  return (
    <Button
      icon={<Printer aria-hidden />}
      onClick={() => {
        globalThis.print();
      }}
    >
      Print
    </Button>
  );
}
