import { AppError } from "@/lib/errors/app-error";
import type { ErrorCode } from "@/lib/errors/codes";

/** Refuses to sign. */
export function refuse(code: ErrorCode, message: string): never {
  throw new AppError(code, message);
}
