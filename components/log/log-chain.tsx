import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { MonoId } from "@/components/ui/mono-id";
import { Time } from "@/components/ui/time";
import { Timeline } from "@/components/ui/timeline";
import { formatCount, plural } from "@/lib/format/count";
import type { LogView } from "@/lib/log/view-types";

/** The log and the logs that it continues, newest first, each with its name and key. */
export function LogChain({ logs }: Readonly<{ logs: readonly LogView[] }>) {
  return (
    <Card
      title={logs.length > 1 ? "Logs in the chain" : "Log"}
      description={
        logs.length > 1
          ? `${plural(logs.length - 1, "continuation")} after lost entries. Each log starts with the last checkpoint of the one before.`
          : "Name and verifier key. The log has no continuations."
      }
    >
      {logs.length === 0 ? (
        <p className="text-sm text-muted">
          The log has no key yet. It’s created at the first start.
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
                    {at > 0 && " No longer signs."}
                  </span>
                  <MonoId value={vkey} label="verifier key" kind="text" />
                  {previousNote !== null && (
                    <details>
                      <summary className="rounded-sm text-accent">
                        Last checkpoint of the previous log
                      </summary>
                      <div className="pt-2">
                        <CodeBlock label="Previous checkpoint" code={previousNote} wrap />
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
