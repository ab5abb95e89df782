import { AppError } from "@/lib/errors/app-error";

/** What is wrong with a proof, a note, a key or a path, in words for people; `code` is stable. It says nothing of why it is wrong. */
export class ProofError extends AppError {}

export const isProofError = (error: unknown): error is ProofError => error instanceof ProofError;
