import { parseNetwork } from "@/lib/custody/networks";
import { AppError, isAppError } from "@/lib/errors/app-error";
import type { Finding } from "@/lib/errors/app-error";

/** Each network once, in its one form and the order given. Throws AppError `network.invalid` with a finding for each that is none, at `path`.n. */
export function canonicalNetworks(texts: readonly string[], path = "networks"): string[] {
  const findings: Finding[] = [],
    networks = new Set<string>();
  texts.forEach((text, index) => {
    try {
      networks.add(parseNetwork(text).text);
    } catch (error) {
      if (!isAppError(error)) throw error;
      findings.push({ code: error.code, message: error.message, path: `${path}.${index}` });
    }
  });
  const [first] = findings;
  if (first !== undefined) throw new AppError(first.code, first.message, { findings });
  return [...networks];
}
