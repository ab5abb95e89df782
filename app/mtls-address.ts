import { headers } from "next/headers";
import { readEnv } from "@/lib/runtime/env";

/**
 * The URL of the same page on the port that requests a client certificate; null if the host is
 * unknown.
 */
export async function mtlsAddress(path: string): Promise<string | null> {
  const port = readEnv().CHANCERY_MTLS_PORT;
  const host = (await headers()).get("host");
  if (host === null || port === 0) return null;
  try {
    const { hostname } = new URL(`https://${host}`);
    return new URL(path, `https://${hostname}:${port}`).href;
  } catch {
    return null;
  }
}
