"use client";

import { useRouter } from "next/navigation";
import { Send } from "lucide-react";
import { RefusalBanner } from "@/components/forms/refusal-banner";
import { entryHref, entryLabel } from "@/components/forms/show-receipt";
import { useAct } from "@/components/forms/use-act";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import type { TestResult } from "@/lib/delivery/schema";

/** Sends a test message and says, in place, what the other side answered. */
export function TestButton({
  id,
  action,
}: Readonly<{ id: string; action: ServerAction<TestResult> }>) {
  const { state, pending, run } = useAct(action);
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
        Send a test
      </Button>
      <div aria-live="polite" className="w-full empty:hidden">
        {pending ? (
          <p className="text-sm text-muted">Waiting for the other side, ten seconds at most …</p>
        ) : (
          state && <Answer state={state} />
        )}
      </div>
    </div>
  );
}

function Answer({ state }: Readonly<{ state: ActionState<TestResult> }>) {
  if (!state.ok) return <RefusalBanner refusal={state} shown={[]} />;
  const { ok, answer, milliseconds } = state.data,
    href = entryHref(state);
  return (
    <Banner
      tone={ok ? "success" : "danger"}
      title={ok ? `It was taken, in ${milliseconds} ms.` : "It did not get through."}
    >
      {answer} {href && <Link href={href}>{entryLabel(state)}</Link>}
    </Banner>
  );
}
