import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { MonoId } from "@/components/ui/mono-id";
import { Time } from "@/components/ui/time";
import { Timeline } from "@/components/ui/timeline";
import { formatCount, plural } from "@/lib/format/count";
import type { LogView } from "@/lib/log/types-of-proof";

/** The log and those that it continues, newest first, each with its own name and key. */
export function LogChain({ logs }: Readonly<{ logs: readonly LogView[] }>) {
  return (
    <Card
      title={logs.length > 1 ? "Logs in the chain" : "Log"}
      description={
        logs.length > 1
          ? `${plural(logs.length - 1, "continuation")} after lost entries; no log ever contradicts the one before.`
          : "Its name and its key. It has never been continued."
      }
    >
      {logs.length === 0 ? (
        <p className="text-sm text-muted">
          The log has no key yet; it gets one at the first start.
        </p>
      ) : (
        <Timeline
          label="Logs"
          items={logs.map(
            ({ generation, origin, vkey, startSize, openedAt, previousNote }, at) => ({
              id: origin,
              tone: at === 0 ? "accent" : "neutral",
              at: <Time at={openedAt} show="day" />,
              title: <span className="font-medium break-all">{origin}</span>,
              children: (
                <div className="flex flex-col gap-2">
                  <span>
                    {generation === 1
                      ? "The first log."
                      : `Continues at entry ${formatCount(startSize)}.`}
                    {at > 0 && " Signs nothing more."}
                  </span>
                  <MonoId value={vkey} label="verifier key" kind="text" />
                  {previousNote !== null && (
                    <details>
                      <summary className="rounded-sm text-accent">
                        Last checkpoint of the log before
                      </summary>
                      <div className="pt-2">
                        <CodeBlock label="Checkpoint before" code={previousNote} wrap />
                      </div>
                    </details>
                  )}
                </div>
              ),
            }),
          )}
        />
      )}
    </Card>
  );
}
