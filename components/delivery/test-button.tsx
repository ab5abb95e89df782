"use client";

import { useRouter } from "next/navigation";
import { Send } from "lucide-react";
import { ErrorBanner } from "@/components/forms/error-banner";
import { entryHref, entryLabel } from "@/components/forms/show-receipt";
import { useAction } from "@/components/forms/use-action";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import type { TestResult } from "@/lib/delivery/schema";

/** Sends a test message and shows the response in place. */
export function TestButton({
  id,
  action,
}: Readonly<{ id: string; action: ServerAction<TestResult> }>) {
  const { state, pending, run } = useAction(action);
  const router = useRouter();
  const press = async () => {
    if (pending) return;
    await run({ id });
    router.refresh();
  };
  return (
    <div className="flex flex-col items-start gap-3">
      <Button
        icon={<Send aria-hidden />}
        loading={pending}
        onClick={() => {
          void press();
        }}
      >
        Send test
      </Button>
      <div aria-live="polite" className="w-full empty:hidden">
        {pending ? (
          <p className="text-sm text-muted">Waiting for a response, up to 10 seconds…</p>
        ) : (
          state && <Answer state={state} />
        )}
      </div>
    </div>
  );
}

function Answer({ state }: Readonly<{ state: ActionState<TestResult> }>) {
  if (!state.ok) return <ErrorBanner failure={state} fields={[]} />;
  const { ok, answer, milliseconds } = state.data,
    href = entryHref(state);
  return (
    <Banner
      tone={ok ? "success" : "danger"}
      title={ok ? `Delivered in ${milliseconds} ms.` : "Delivery failed."}
    >
      {answer} {href ? <Link href={href}>{entryLabel(state)}</Link> : entryLabel(state)}
    </Banner>
  );
}
