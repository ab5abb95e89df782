import { headers } from "next/headers";
import { readEnv } from "@/lib/env";

/** The same page of this host on the port that asks for a client certificate; null if the host is not known. */
export async function mtlsAddress(path: string): Promise<string | null> {
  const port = readEnv().CHANCERY_MTLS_PORT,
    host = (await headers()).get("host");
  if (host === null || port === 0) return null;
  try {
    const { hostname } = new URL(`https://${host}`);
    return new URL(path, `https://${hostname}:${port}`).href;
  } catch {
    return null;
  }
}
