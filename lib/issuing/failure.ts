import type { Finding } from "@/lib/errors/types";

/** A reason against issuing; `path` is the field of the request. */
export const failure = (code: string, message: string, path: string, clause?: string): Finding => ({
  code,
  message,
  path,
  ...(clause ? { clause } : {}),
});
