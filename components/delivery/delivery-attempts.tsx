import { ChevronRight } from "lucide-react";
import { Time } from "@/components/ui/time";
import type { AttemptView } from "@/lib/delivery/schema";
import { plural } from "@/lib/format/count";

/** The result of each delivery attempt; earlier ones fold behind the last. */
export function DeliveryAttempts({ attempts }: Readonly<{ attempts: readonly AttemptView[] }>) {
  const last = attempts.at(-1);
  if (last === undefined) return null;
  if (attempts.length === 1) return <Attempt attempt={last} />;
  return (
    <details className="group text-xs">
      <summary className="flex w-fit cursor-pointer list-none items-start gap-1 rounded-sm text-muted hover:text-text">
        <ChevronRight
          aria-hidden
          className="mt-0.5 size-3.5 shrink-0 transition-transform group-open:rotate-90"
        />
        {plural(attempts.length, "attempt")}. Last: {last.answer}
      </summary>
      <ol className="mt-1.5 ml-[0.4375rem] flex flex-col gap-1 border-l border-border pl-3">
        {attempts.map((attempt) => (
          <li key={attempt.n}>
            <Attempt attempt={attempt} />
          </li>
        ))}
      </ol>
    </details>
  );
}

function Attempt({
  attempt: { at, ok, answer, milliseconds },
}: Readonly<{ attempt: AttemptView }>) {
  return (
    <p className="text-xs break-words text-muted">
      <Time at={at} show="exact" />:{" "}
      <span className={ok ? "text-valid" : "text-text"}>{answer}</span>
      {milliseconds > 0 && ` ${milliseconds} ms`}
    </p>
  );
}
