"use client";

import { CircleCheck, CircleDashed, LoaderCircle } from "lucide-react";
import { Progress } from "@/components/ui/progress";
import { useSetupProgress } from "./use-setup-progress";

/** What is being made, as it comes into being. */
export function SetupRunning({ token }: Readonly<{ token: string }>) {
  const { root, issuing, profiles, done } = useSetupProgress(true, token);
  const parts = [
    ["Root: key, certificate, CRL", root],
    ["Issuing authority: key, certificate, CRL", issuing],
    ["Profiles", profiles],
    ["Administrator and organisation", done],
  ] as const;
  const made = parts.filter(([, ready]) => ready).length;
  const next = parts.findIndex(([, ready]) => !ready);
  return (
    <div role="status" className="flex flex-col gap-3">
      <Progress
        label="Parts made"
        value={made}
        max={parts.length}
        text={`${made} of ${parts.length}`}
      />
      <ul className="flex flex-col gap-1.5 text-sm">
        {parts.map(([label, ready], index) => (
          <li key={label} className="flex items-center gap-2 [&_svg]:size-4">
            {ready ? (
              <CircleCheck aria-hidden className="text-valid" />
            ) : index === next ? (
              <LoaderCircle aria-hidden className="animate-spin text-accent" />
            ) : (
              <CircleDashed aria-hidden className="text-muted" />
            )}
            <span className={ready ? "" : "text-muted"}>
              {label}
              <span className="sr-only">
                {ready ? ", done" : index === next ? ", under way" : ""}
              </span>
            </span>
          </li>
        ))}
      </ul>
      <p className="text-xs text-muted">
        An RSA key takes a few seconds. If this is interrupted, the same link goes on where it
        stopped.
      </p>
    </div>
  );
}
