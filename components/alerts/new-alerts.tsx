"use client";

import { RotateCw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { useOpenAlerts, type OpenAlerts } from "./use-open-alerts";

/**
 * Announces an alert that was raised since the list was loaded. The list itself changes only on
 * request.
 */
export function NewAlerts({ rendered }: Readonly<{ rendered: OpenAlerts }>) {
  const { open, newest } = useOpenAlerts(rendered);
  const router = useRouter();
  const [loading, start] = useTransition();
  if (newest === null || newest === rendered.newest || open === 0) return null;
  return (
    <div className="pb-3">
      <Banner
        tone="warning"
        live
        title="A new alert was raised."
        action={
          <Button
            size="sm"
            icon={<RotateCw aria-hidden />}
            loading={loading}
            onClick={() => {
              start(() => {
                router.refresh();
              });
            }}
          >
            Show
          </Button>
        }
      />
    </div>
  );
}
