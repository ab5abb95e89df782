import { isAppError } from "@/lib/errors/app-error";

/** What a read returns, or null if it throws `not-found`. Every other error is thrown again. */
export async function nullIfNotFound<T>(read: Promise<T>): Promise<T | null> {
  return read.catch((error: unknown) => {
    if (isAppError(error) && error.kind === "not-found") return null;
    throw error;
  });
}
