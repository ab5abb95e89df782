import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "@/lib/errors/app-error";
import { emptyPolicy, parsePolicy, type Policy } from "../pure/policy";
import { ProofError } from "../pure/proof-error";

/**
 * The witness policy of this installation (C2SP tlog-policy): from `file`, or from `witness-policy` in the data folder if that is there.
 * Without either nobody is asked. Throws AppError `log.policy` that names the file and the line: a policy that cannot be read is not one
 * that asks nobody.
 */
export function readWitnessPolicy({
  file,
  dataFolder,
}: Readonly<{ file: string; dataFolder: string }>): Policy {
  const path = file === "" ? join(dataFolder, "witness-policy") : file;
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (file === "" && (error as NodeJS.ErrnoException).code === "ENOENT") return emptyPolicy;
    throw new AppError(
      "log.policy",
      `The witness policy ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  try {
    return parsePolicy(text);
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    throw new AppError("log.policy", `The witness policy ${path} is not right. ${error.message}`, {
      cause: error,
    });
  }
}
