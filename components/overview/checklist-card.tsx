"use client";

import { CircleCheck, CircleDashed } from "lucide-react";
import { useRouter } from "next/navigation";
import { showReceipt } from "@/components/forms/show-receipt";
import { useAction } from "@/components/forms/use-action";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Link } from "@/components/ui/link";
import { showToast } from "@/components/ui/toast-store";
import type { ServerAction } from "@/lib/auth/types";
import type { Checklist, ChecklistStep } from "@/lib/overview/schema";

type Actions = Readonly<{ confirm: ServerAction<null>; dismiss: ServerAction<null> }>;
type Words = Readonly<{ title: string; why: string; link?: string; href?: string }>;

const words = (rootId: string | null): Readonly<Record<ChecklistStep["name"], Words>> => ({
  "trust-root": {
    title: "Trust the root certificate",
    why: "Systems accept certificates issued here once the root is installed on them.",
    link: "Download and steps",
    href: `/authorities/${rootId ?? ""}#trust`,
  },
  "first-certificate": {
    title: "Issue a first certificate",
    why: "Make the key in your browser, or paste a CSR.",
    link: "Issue certificate",
    href: "/certificates/new",
  },
  "alert-destination": {
    title: "Send alerts somewhere",
    why: "Without a destination, alerts are only shown here.",
    link: "Delivery",
    href: "/settings/delivery",
  },
  "second-administrator": {
    title: "Add a second administrator",
    why: "If the only one loses the password, getting back in takes access to the host.",
    link: "Users",
    href: "/settings/users",
  },
  "keep-verifier-key": {
    title: "Keep the verifier key elsewhere",
    why: "With a copy that Chancery can’t change, you can prove that the audit log wasn’t replaced.",
    link: "Log & proofs",
    href: "/audit/log",
  },
  "move-kek": {
    title: "Decide where the KEK is kept",
    why: "By default, the key that encrypts private keys is a file in the data folder, so a copy of the folder has both. Set CHANCERY_KEK_FILE to keep it elsewhere, and keep a copy: without it, a backup is useless.",
  },
});

/** What is left to do after the setup. It goes away when all is done, or when it is dismissed. */
export function ChecklistCard({
  checklist: { steps, rootId },
  actions,
}: Readonly<{ checklist: Checklist; actions: Actions }>) {
  const { act, pending } = useAnswer(actions.dismiss);
  const done = steps.filter((step) => step.done).length;
  const wording = words(rootId);
  return (
    <Card
      title="Finish setting up"
      description={`${done} of ${steps.length} done`}
      aside={
        <Button
          size="sm"
          variant="ghost"
          loading={pending}
          onClick={() => void act({}, "Dismissed.")}
        >
          Dismiss
        </Button>
      }
    >
      <ul className="grid gap-x-8 gap-y-4 md:grid-cols-2">
        {steps.map((step) => (
          <StepItem
            key={step.name}
            step={step}
            words={wording[step.name]}
            action={actions.confirm}
          />
        ))}
      </ul>
    </Card>
  );
}

function StepItem({
  step: { name, done, confirmable, confirmedBy },
  words: { title, why, link, href },
  action,
}: Readonly<{ step: ChecklistStep; words: Words; action: ServerAction<null> }>) {
  const { act, pending } = useAnswer(action);
  return (
    <li className="flex min-w-0 gap-2.5 text-sm">
      {done ? (
        <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-valid" />
      ) : (
        <CircleDashed aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
      )}
      <div className="min-w-0">
        <p className={done ? "text-muted" : "font-medium"}>
          {title}
          <span className="sr-only">{done ? ": done" : ": to do"}</span>
        </p>
        {confirmedBy !== null && <p className="text-xs text-muted">Confirmed by {confirmedBy}</p>}
        {!done && (
          <>
            <p className="text-xs text-muted">{why}</p>
            <p className="flex flex-wrap items-center gap-x-3 gap-y-1 pt-1">
              {href !== undefined && <Link href={href}>{link}</Link>}
              {confirmable && (
                <Button
                  size="sm"
                  loading={pending}
                  aria-label={`Mark as done: ${title}`}
                  onClick={() => void act({ step: name }, "Confirmed.")}
                >
                  Mark as done
                </Button>
              )}
            </p>
          </>
        )}
      </div>
    </li>
  );
}

/** Runs an action, shows what was recorded, and reads the page again. */
function useAnswer(action: ServerAction<null>) {
  const { run, pending } = useAction(action);
  const router = useRouter();
  const act = async (input: object, receipt: string) => {
    const answer = await run(input);
    if (answer.ok) showReceipt(receipt, answer);
    else showToast({ text: answer.message, tone: "danger" });
    router.refresh();
  };
  return { act, pending };
}
