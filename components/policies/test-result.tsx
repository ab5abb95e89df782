import clsx from "clsx";
import { BadgeCheck, CircleCheck, OctagonX, Split, type LucideIcon } from "lucide-react";
import { entryHref, entryLabel } from "@/components/forms/show-receipt";
import { Link } from "@/components/ui/link";
import type { PolicyTestResult } from "@/lib/policies/schema";

type Props = Readonly<{
  result: PolicyTestResult;
  entry: Parameters<typeof entryHref>[0];
}>;

/** The decision, and the two steps that led to it: the certificate, then the policy. */
export function TestResult({ result: { allowed, certificate, policy }, entry }: Props) {
  const Icon = allowed ? CircleCheck : OctagonX,
    href = entryHref(entry);
  return (
    <div role="status" className="flex flex-col gap-3 border-t border-border pt-4">
      <p
        className={clsx(
          "flex items-center gap-2 rounded-lg px-3 py-2.5 text-lg font-semibold",
          allowed ? "bg-valid-soft text-valid" : "bg-denied-soft text-denied",
        )}
      >
        <Icon aria-hidden className="size-5" />
        {allowed ? "Allowed" : "Denied"}
      </p>
      <ol className="flex flex-col gap-3">
        <Step
          icon={BadgeCheck}
          title="Certificate"
          ok={certificate.ok}
          message={certificate.message}
          code={certificate.code}
        />
        <Step
          icon={Split}
          title="Policy"
          ok={policy.allowed}
          message={
            certificate.ok
              ? policy.message
              : `Not evaluated, because the certificate was denied. On its own: ${policy.message}`
          }
          code={policy.code}
        />
      </ol>
      {entryLabel(entry) && (
        <p className="text-xs text-muted">
          Recorded in the audit log:{" "}
          {href ? <Link href={href}>{entryLabel(entry)}</Link> : entryLabel(entry)}.
        </p>
      )}
    </div>
  );
}

function Step({
  icon: Icon,
  title,
  ok,
  message,
  code,
}: Readonly<{ icon: LucideIcon; title: string; ok: boolean; message: string; code: string }>) {
  return (
    <li className="flex items-start gap-2.5 text-sm">
      <Icon
        aria-hidden
        className={clsx("mt-0.5 size-4 shrink-0", ok ? "text-valid" : "text-denied")}
      />
      <div className="min-w-0">
        <p className="font-medium">
          {title} <code className="font-mono text-xs font-normal text-muted">{code}</code>
        </p>
        <p className="text-xs break-words text-muted">{message}</p>
      </div>
    </li>
  );
}
