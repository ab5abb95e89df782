import { systemActor } from "@/lib/access/actor";
import { listAuthorities } from "@/lib/authorities/read-authorities";
import { listProfiles } from "@/lib/profiles/read-profiles";
import { getDeps } from "@/lib/runtime/get-deps";
import { isSetUp } from "@/lib/setup/is-set-up";
import { isSetupToken } from "@/app/(auth)/setup/setup-token";

/**
 * The progress of setup, for requests with the setup token: which CAs are signed, and whether the
 * profiles exist.
 */
export async function GET(request: Request): Promise<Response> {
  const deps = getDeps();
  if (!isSetupToken(request.headers.get("x-setup-token") ?? ""))
    return new Response(null, { status: 403 });
  const actor = systemActor("setup", request.headers.get("x-chancery-request-id") ?? "unknown");
  const [{ items: authorities }, { items: profiles }, done] = await Promise.all([
    listAuthorities(deps, actor),
    listProfiles(deps, actor),
    isSetUp(deps),
  ]);
  const active = (slug: string) =>
    authorities.some((one) => one.slug === slug && one.status === "active" && one.crl !== null);
  return Response.json(
    {
      root: active("root"),
      issuing: active("issuing"),
      profiles: profiles.some(({ system }) => !system),
      done,
    },
    { headers: { "cache-control": "no-store" } },
  );
}
