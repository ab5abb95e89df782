import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "@/lib/errors/app-error";
import {
  emptyWitnessPolicy,
  parseWitnessPolicy,
  type WitnessPolicy,
} from "@/lib/log/pure/witness-policy";
import { isProofError } from "@/lib/log/pure/proof-error";

export type WitnessPolicyFile = Readonly<{
  file: string;
  dataFolder: string;
  /** Its content, where another process has read it. */
  text?: string | undefined;
}>;

function readText(path: string, isRequired: boolean): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (!isRequired && (error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new AppError(
      "log.policy",
      `The witness policy ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

/**
 * The witness policy of this installation (C2SP tlog-policy): from `file`, else from the file
 * `witness-policy` in the data folder. Without either, no witness is asked. Throws AppError
 * `log.policy`, which names the file and the line: an unreadable policy must not count as none.
 */
export function readWitnessPolicy({ file, dataFolder, text }: WitnessPolicyFile): WitnessPolicy {
  const path = file === "" ? join(dataFolder, "witness-policy") : file;
  const content = text ?? readText(path, file !== "");
  if (content === null) return emptyWitnessPolicy;
  try {
    return parseWitnessPolicy(content);
  } catch (error) {
    if (!isProofError(error)) throw error;
    throw new AppError("log.policy", `The witness policy ${path} is invalid. ${error.message}`, {
      cause: error,
    });
  }
}
