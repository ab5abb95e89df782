import pg from "pg";
import { connectTimeoutMs } from "./connect-timeout";

export type Listener = Readonly<{ close: () => Promise<void> }>;

const firstRetryMs = 100;
const maxRetryMs = 5_000;

/**
 * Subscribes to a channel. While `onState(false)` holds, messages may be lost: the listener must
 * poll. `onState(true)` is called once the subscription is active, so a read after that misses
 * nothing.
 */
export function listenOn(
  url: string,
  channel: string,
  onMessage: (payload: string) => void,
  onState: (connected: boolean) => void = () => {},
): Listener {
  let closed = false;
  let retry = firstRetryMs;
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | null = null;

  const lost = (dead: pg.Client): void => {
    if (client !== dead) return;
    client = null;
    dead.end().catch(() => {});
    if (closed) return;
    onState(false);
    timer = setTimeout(() => void connect(), retry);
    retry = Math.min(retry * 2, maxRetryMs);
  };

  const connect = async (): Promise<void> => {
    const next = new pg.Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: connectTimeoutMs,
      application_name: "chancery listen",
    });
    client = next;
    next.on("error", () => lost(next));
    next.on("end", () => lost(next));
    next.on("notification", (message) => onMessage(message.payload ?? ""));
    try {
      await next.connect();
      await next.query(`listen ${pg.escapeIdentifier(channel)}`);
      if (client !== next) return;
      retry = firstRetryMs;
      onState(true);
    } catch {
      lost(next);
    }
  };

  void connect();
  return {
    close: async () => {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      const last = client;
      client = null;
      await last?.end().catch(() => {});
    },
  };
}
