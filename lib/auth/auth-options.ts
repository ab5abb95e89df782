import type { AuthOptions } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { endSession } from "@/lib/accounts/end-session";
import { findSession } from "@/lib/accounts/find-session";
import { signInInput } from "@/lib/accounts/schema";
import { sessionSeconds, signIn } from "@/lib/accounts/sign-in";
import { anonymousActor, actorOfSession } from "@/lib/auth/session-actor";
import { readEnv } from "@/lib/env";
import { isAppError } from "@/lib/errors/app-error";
import { reportBug } from "@/lib/http/report-bug";
import { getDeps } from "@/lib/runtime";

type SignedInUser = { id: string; email: string; name: string; sessionId: string };

/** The only words that a browser learns of a sign-in that failed for another reason than the password. */
const unavailable = "Unavailable";

async function authorizeCredentials(credentials: Record<string, string> | undefined): Promise<SignedInUser | null> {
  const parsed = signInInput.safeParse({ email: credentials?.["email"], password: credentials?.["password"] });
  if (!parsed.success) return null;
  const actor = await anonymousActor();
  try {
    const { account, sessionId } = await signIn(getDeps(), actor, parsed.data);
    return { id: account.id, email: account.email, name: account.name, sessionId };
  } catch (error) {
    if (isAppError(error) && error.kind === "unauthenticated") return null;
    reportBug(error, actor.requestId);
    throw new Error(unavailable, { cause: error });
  }
}

/**
 * next-auth with our own accounts. Its encrypted cookie names a row of ours (`sid`), and the row decides: ended, expired or disabled counts as
 * signed out at once. Secure cookies come by themselves when the door says https.
 */
export function authOptions(): AuthOptions {
  return {
    secret: readEnv().CHANCERY_SESSION_SECRET,
    session: { strategy: "jwt", maxAge: sessionSeconds },
    pages: { signIn: "/sign-in", error: "/sign-in", signOut: "/sign-in" },
    providers: [Credentials({
      name: "Password",
      credentials: { email: { label: "E-mail", type: "email" }, password: { label: "Password", type: "password" } },
      authorize: authorizeCredentials,
    })],
    callbacks: {
      async jwt({ token, user }) {
        if (user) return { ...token, sid: (user as SignedInUser).sessionId };
        const open = typeof token.sid === "string" ? await findSession(getDeps(), token.sid) : null;
        // Throwing is how next-auth is told to take the cookie away.
        if (open === null) throw new Error("The session has ended.");
        return token;
      },
      async session({ session, token }) {
        const open = typeof token.sid === "string" ? await findSession(getDeps(), token.sid) : null;
        if (open === null) throw new Error("The session has ended.");
        const { email, name, role } = open.account;
        return { ...session, user: { email, name, role }, expires: open.expiresAt.toISOString() };
      },
    },
    events: {
      async signOut({ token }) {
        const actor = await actorOfSession();
        if (actor !== null && typeof token.sid === "string") await endSession(getDeps(), actor, token.sid);
      },
    },
    logger: {
      error(code, metadata) {
        if (code !== "JWT_SESSION_ERROR") reportBug(metadata instanceof Error ? metadata : new Error(code), "next-auth");
      },
      warn() {},
      debug() {},
    },
  };
}
