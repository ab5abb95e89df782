import { systemActor } from "@/lib/auth/actor";
import { listAuthorities } from "@/lib/authorities/list-authorities";
import { listProfiles } from "@/lib/profiles/list-profiles";
import { getDeps } from "@/lib/runtime";
import { isSetUp } from "@/lib/setup/is-set-up";
import { isSetupToken } from "../setup-token";

/** How far the setup is, for whoever holds its link: which authorities exist and are signed, and whether the profiles are there. */
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
