"use client";

import { RotateCw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { useOpenAlerts, type OpenAlerts } from "./use-open-alerts";

/** Says that an alert was raised since this list was drawn. The list itself stays where it is until it is asked for. */
export function NewAlerts({ drawn }: Readonly<{ drawn: OpenAlerts }>) {
  const { open, newest } = useOpenAlerts(drawn);
  const router = useRouter();
  const [loading, start] = useTransition();
  if (newest === null || newest === drawn.newest || open === 0) return null;
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
            Show it
          </Button>
        }
      />
    </div>
  );
}
