/** Runs a drill to its end; `onLine` gets what it reports, lines of JSON. Throws if it failed. */
export type DrillRunner = (
  entries: number,
  signal: AbortSignal,
  onLine: (line: string) => void,
) => Promise<void>;

type Answer = Readonly<{ type?: unknown; line?: unknown; failed?: unknown }>;

/**
 * Has the supervisor run a drill and passes on what the drill reports: the gateway may start no
 * processes. Throws with what went wrong, also where no supervisor started this process.
 */
export const askSupervisorForDrill: DrillRunner = (entries, signal, onLine) =>
  new Promise((resolve, reject) => {
    if (!process.connected)
      return reject(
        new Error(
          "No supervisor started this gateway, so no drill can run here. Run one where Chancery was started with npm start.",
        ),
      );
    const stop = (): void => void process.send?.({ type: "drill.stop" });
    const listen = (message: Answer): void => {
      if (message.type === "drill.line" && typeof message.line === "string") onLine(message.line);
      if (message.type !== "drill.end") return;
      process.off("message", listen);
      signal.removeEventListener("abort", stop);
      if (typeof message.failed === "string") reject(new Error(message.failed));
      else resolve();
    };
    process.on("message", listen);
    signal.addEventListener("abort", stop);
    process.send?.({ type: "drill", entries });
  });
