import { isAppError } from "@/lib/errors/app-error";
import type { SignInFailure } from "./types";

/** What `formatSignInFailure` writes; next-auth passes it on as the query's `error`. */
const formatted = /^(limited|busy)-(\d{1,6})$/;

/**
 * A refusal that says when to try again, as next-auth can pass it on; null for every other error.
 */
export function formatSignInFailure(error: unknown): string | null {
  if (!isAppError(error) || error.kind !== "rate-limited") return null;
  const reason = error.code === "session.limited" ? "limited" : "busy";
  return `${reason}-${Math.min(error.retryAfterSeconds ?? 10, 999_999)}`;
}

/** Reads it back from the address that next-auth answers with; null if it holds none. */
function parseSignInFailure(url: unknown): SignInFailure | null {
  if (typeof url !== "string" || !URL.canParse(url, "http://localhost")) return null;
  const error = new URL(url, "http://localhost").searchParams.get("error") ?? "";
  const [, reason, seconds] = formatted.exec(error) ?? [];
  return reason === "limited" || reason === "busy" ? { reason, seconds: Number(seconds) } : null;
}

/**
 * next-auth answers every failed sign-in with 401. A client that has to wait gets 429 and
 * Retry-After instead, in the same body.
 */
export async function withRetryAfter(response: Response): Promise<Response> {
  if (response.status !== 401) return response;
  const body = await response.text();
  const headers = new Headers(response.headers);
  const failure = parseSignInFailure(urlOf(body));
  if (failure === null) return new Response(body, { status: 401, headers });
  headers.set("retry-after", String(failure.seconds));
  return new Response(body, { status: 429, headers });
}

function urlOf(body: string): unknown {
  try {
    return (JSON.parse(body) as { url?: unknown } | null)?.url;
  } catch {
    return null;
  }
}
