import clsx from "clsx";
import { Check } from "lucide-react";

/** Progress through a wizard. `current` counts from 0; the steps before it are done. */
export function Stepper({
  steps,
  current,
}: Readonly<{ steps: readonly string[]; current: number }>) {
  return (
    <nav aria-label="Steps" className="@container">
      <p className="text-xs text-muted @2xl:hidden">
        Step {current + 1} of {steps.length}:{" "}
        <span className="font-medium text-text">{steps[current]}</span>
      </p>
      <ol className="mt-2 flex items-center gap-2 @2xl:mt-0">
        {steps.map((step, index) => (
          <li
            key={step}
            aria-current={index === current ? "step" : undefined}
            className={clsx(
              "flex flex-1 items-center gap-2 text-xs @2xl:flex-initial",
              index === current ? "font-medium text-text" : "text-muted",
            )}
          >
            <span
              className={clsx(
                "hidden size-5 shrink-0 place-items-center rounded-full text-2xs @2xl:grid",
                index < current
                  ? "bg-accent text-on-accent"
                  : index === current
                    ? "border-2 border-accent text-accent"
                    : "border border-edge",
              )}
            >
              {index < current ? (
                <Check aria-hidden strokeWidth={3} className="size-3" />
              ) : (
                index + 1
              )}
            </span>
            <span
              className={clsx(
                "h-1 w-full rounded-full @2xl:hidden",
                index <= current ? "bg-accent" : "bg-border",
              )}
            />
            <span className="sr-only @2xl:not-sr-only @2xl:whitespace-nowrap">
              {step}
              {index < current && <span className="sr-only">, done</span>}
            </span>
            {index < steps.length - 1 && (
              <span aria-hidden className="hidden h-px w-3 bg-border @2xl:block" />
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
