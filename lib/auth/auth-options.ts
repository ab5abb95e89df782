import type { AuthOptions } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { endSession } from "@/lib/accounts/end-session";
import { findSession, type OpenSession } from "@/lib/accounts/find-session";
import { signInInput } from "@/lib/accounts/schema";
import { signIn } from "@/lib/accounts/sign-in";
import { signInWithCertificate } from "@/lib/accounts/sign-in-with-certificate";
import { sessionSeconds, type SignedIn } from "@/lib/accounts/start-session";
import {
  actorOfSession,
  anonymousActor,
  currentHolder,
  currentRequest,
} from "@/lib/auth/session-actor";
import { readEnv } from "@/lib/env";
import { isAppError } from "@/lib/errors/app-error";
import { reportBug } from "@/lib/http/report-bug";
import { getDeps } from "@/lib/runtime";

type SignedInUser = { id: string; email: string; name: string; sessionId: string };

/** The only words that a browser learns of a sign-in that failed for another reason than the password. */
const unavailable = "Unavailable";

async function authorizeCredentials(
  credentials: Record<string, string> | undefined,
): Promise<SignedInUser | null> {
  const parsed = signInInput.safeParse({
    email: credentials?.["email"],
    password: credentials?.["password"],
  });
  if (!parsed.success) return null;
  const actor = await anonymousActor();
  return answer(signIn(getDeps(), actor, parsed.data), actor.requestId);
}

/** What the door has proved counts; nothing that the browser sends along does. */
async function authorizeCertificate(): Promise<SignedInUser | null> {
  const actor = (await currentHolder()) ?? (await anonymousActor());
  return answer(
    signInWithCertificate(getDeps(), actor, (await currentRequest()).peer),
    actor.requestId,
  );
}

async function answer(
  signingIn: Promise<SignedIn>,
  requestId: string,
): Promise<SignedInUser | null> {
  try {
    const { account, sessionId } = await signingIn;
    return { id: account.id, email: account.email, name: account.name, sessionId };
  } catch (error) {
    if (isAppError(error) && error.kind === "unauthenticated") return null;
    reportBug(error, requestId);
    throw new Error(unavailable, { cause: error });
  }
}

const openSession = async (sid: unknown): Promise<OpenSession | null> =>
  typeof sid === "string" ? findSession(getDeps(), sid, (await currentRequest()).peer) : null;

/**
 * next-auth with our own accounts. Its encrypted cookie names a row of ours (`sid`), and the row decides: ended, expired or disabled counts as
 * signed out at once. Secure cookies come by themselves when the door says https.
 */
export function authOptions(): AuthOptions {
  return {
    secret: readEnv().CHANCERY_SESSION_SECRET,
    session: { strategy: "jwt", maxAge: sessionSeconds },
    pages: { signIn: "/sign-in", error: "/sign-in", signOut: "/sign-in" },
    providers: [
      Credentials({
        name: "Password",
        credentials: {
          email: { label: "E-mail", type: "email" },
          password: { label: "Password", type: "password" },
        },
        authorize: authorizeCredentials,
      }),
      Credentials({
        id: "certificate",
        name: "Certificate",
        credentials: {},
        authorize: authorizeCertificate,
      }),
    ],
    callbacks: {
      async jwt({ token, user }) {
        if (user) return { ...token, sid: (user as SignedInUser).sessionId };
        const open = await openSession(token.sid);
        // Throwing is how next-auth is told to take the cookie away.
        if (open === null) throw new Error("The session has ended.");
        return token;
      },
      async session({ session, token }) {
        const open = await openSession(token.sid);
        if (open === null) throw new Error("The session has ended.");
        const { email, name, role } = open.account;
        return { ...session, user: { email, name, role }, expires: open.expiresAt.toISOString() };
      },
    },
    events: {
      async signOut({ token }) {
        const actor = await actorOfSession();
        if (actor !== null && typeof token.sid === "string")
          await endSession(getDeps(), actor, token.sid);
      },
    },
    logger: {
      error(code, metadata) {
        if (code !== "JWT_SESSION_ERROR")
          reportBug(metadata instanceof Error ? metadata : new Error(code), "next-auth");
      },
      warn() {},
      debug() {},
    },
  };
}
