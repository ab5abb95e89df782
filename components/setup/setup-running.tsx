"use client";

import { CircleCheck, CircleDashed, LoaderCircle } from "lucide-react";
import { Progress } from "@/components/ui/progress";
import { useSetupProgress } from "./use-setup-progress";

/** The progress of setup, part by part. */
export function SetupRunning({ token }: Readonly<{ token: string }>) {
  const { root, issuing, profiles, done } = useSetupProgress(true, token);
  const parts = [
    ["Root CA: key, certificate, CRL", root],
    ["Issuing CA: key, certificate, CRL", issuing],
    ["Profiles", profiles],
    ["Administrator and organization", done],
  ] as const;
  const completedCount = parts.filter(([, isDone]) => isDone).length;
  const next = parts.findIndex(([, isDone]) => !isDone);
  return (
    <div role="status" className="flex flex-col gap-3">
      <Progress
        label="Parts completed"
        value={completedCount}
        max={parts.length}
        text={`${completedCount} of ${parts.length}`}
      />
      <ul className="flex flex-col gap-1.5 text-sm">
        {parts.map(([label, isDone], index) => (
          <li key={label} className="flex items-center gap-2 [&_svg]:size-4">
            {isDone ? (
              <CircleCheck aria-hidden className="text-valid" />
            ) : index === next ? (
              <LoaderCircle aria-hidden className="animate-spin text-accent" />
            ) : (
              <CircleDashed aria-hidden className="text-muted" />
            )}
            <span className={isDone ? "" : "text-muted"}>
              {label}
              <span className="sr-only">
                {isDone ? ", done" : index === next ? ", in progress" : ""}
              </span>
            </span>
          </li>
        ))}
      </ul>
      <p className="text-xs text-muted">
        RSA keys take a few seconds. If setup is interrupted, open the same link to continue.
      </p>
    </div>
  );
}
