import NextAuth from "next-auth";
import type { NextRequest } from "next/server";
import { authOptions } from "@/lib/auth/auth-options";
import { currentRequest } from "@/lib/auth/session-actor";
import { withRetryAfter } from "@/lib/auth/sign-in-failure";

type Context = Readonly<{ params: Promise<{ nextauth: string[] }> }>;

async function answer(request: NextRequest, context: Context): Promise<Response> {
  const { listener } = await currentRequest();
  const response: unknown = await NextAuth(
    request as never,
    context as never,
    authOptions(listener),
  );
  return withRetryAfter(response as Response);
}

export { answer as GET, answer as POST };
