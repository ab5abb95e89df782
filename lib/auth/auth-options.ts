import type { Recorded } from "@/lib/log/record/recorded";
import type { AuthOptions } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { endSession } from "@/lib/accounts/end-session";
import { findSession, type OpenSession } from "@/lib/accounts/read-sessions";
import { signIn } from "@/lib/accounts/sign-in";
import { signInWithCertificate } from "@/lib/accounts/sign-in-with-certificate";
import { sessionSeconds, type SignedIn } from "@/lib/accounts/start-session";
import { isAppError } from "@/lib/errors/app-error";
import type { GatewayRequest } from "@/lib/http/gateway-headers";
import { reportBug } from "@/lib/http/report-bug";
import { readEnv } from "@/lib/runtime/env";
import { getDeps } from "@/lib/runtime/get-deps";
import { formatSignInFailure } from "./sign-in-failure";
import {
  actorOfSession,
  anonymousActor,
  cookiePrefix,
  currentCertificateActor,
  currentRequest,
  sessionCookieName,
} from "./session-actor";

type SignedInUser = { id: string; email: string; name: string; sessionId: string };

/** What a browser learns of a sign-in that failed because something is broken. */
const unavailable = "Unavailable";

async function authorizeCredentials(
  credentials: Record<string, string> | undefined,
): Promise<SignedInUser | null> {
  const entered = {
    email: textOf(credentials?.["email"]),
    password: textOf(credentials?.["password"]),
  };
  const actor = await anonymousActor();
  return answer(signIn(getDeps(), actor, entered), actor.requestId);
}

/** A field that is missing, or given twice, is none. */
const textOf = (field: unknown): string => (typeof field === "string" ? field : "");

/** Trusts only the certificate that the gateway verified, nothing that the browser sends. */
async function authorizeCertificate(): Promise<SignedInUser | null> {
  const actor = (await currentCertificateActor()) ?? (await anonymousActor());
  return answer(
    signInWithCertificate(getDeps(), actor, (await currentRequest()).peer),
    actor.requestId,
  );
}

async function answer(
  signingIn: Promise<Recorded<SignedIn>>,
  requestId: string,
): Promise<SignedInUser | null> {
  try {
    const { account, sessionId } = (await signingIn).result;
    return { id: account.id, email: account.email, name: account.name, sessionId };
  } catch (error) {
    if (isAppError(error) && error.kind === "unauthenticated") return null;
    const failure = formatSignInFailure(error);
    if (failure !== null) throw new Error(failure, { cause: error });
    reportBug(error, requestId);
    throw new Error(unavailable, { cause: error });
  }
}

const openSession = async (sid: unknown): Promise<OpenSession | null> =>
  typeof sid === "string" ? findSession(getDeps(), sid, (await currentRequest()).peer) : null;

/** Cookies without a domain, for this host alone; secure ones wherever the gateway has TLS. */
function cookieOptions(
  listener: GatewayRequest["listener"],
): Pick<AuthOptions, "cookies" | "useSecureCookies"> {
  const options = { sameSite: "lax", path: "/", secure: listener !== "http" } as const;
  const prefix = cookiePrefix(listener);
  return {
    useSecureCookies: options.secure,
    cookies: {
      sessionToken: { name: sessionCookieName(listener), options: { ...options, httpOnly: true } },
      callbackUrl: { name: `${prefix}next-auth.callback-url`, options },
      csrfToken: {
        name: `${prefix}next-auth.csrf-token`,
        options: { ...options, httpOnly: true },
      },
    },
  };
}

/**
 * next-auth with Chancery's accounts. Its encrypted cookie names a session row (`sid`), which
 * decides: an ended or expired session or a disabled account is signed out immediately.
 */
export function authOptions(listener: GatewayRequest["listener"]): AuthOptions {
  return {
    ...cookieOptions(listener),
    secret: readEnv().CHANCERY_SESSION_SECRET,
    session: { strategy: "jwt", maxAge: sessionSeconds },
    pages: { signIn: "/sign-in", error: "/sign-in", signOut: "/sign-in" },
    providers: [
      Credentials({
        name: "Password",
        credentials: {
          email: { label: "Email", type: "email" },
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
        // next-auth removes the cookie when this throws.
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
