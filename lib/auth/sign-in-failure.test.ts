import { expect, test } from "vitest";
import { AppError } from "@/lib/errors/app-error";
import { formatSignInFailure, withRetryAfter } from "./sign-in-failure";

const answer = (error: string, status = 401) =>
  new Response(JSON.stringify({ url: `http://localhost:3000/sign-in?error=${error}` }), {
    status,
    headers: { "content-type": "application/json", "set-cookie": "a=b" },
  });

test("a client that is limited gets 429 and learns when to try again", async () => {
  const error = new AppError("session.limited", "Too many.", { retryAfterSeconds: 840 });
  const response = await withRetryAfter(answer(formatSignInFailure(error) ?? ""));
  expect(response.status).toBe(429);
  expect(response.headers.get("retry-after")).toBe("840");
  expect(response.headers.get("set-cookie")).toBe("a=b");
  expect(await response.json()).toEqual({ url: "http://localhost:3000/sign-in?error=limited-840" });
});

test("a client that found no place in the queue gets 429 as well", async () => {
  const error = new AppError("session.busy", "Busy.", { retryAfterSeconds: 10 });
  expect((await withRetryAfter(answer(formatSignInFailure(error) ?? ""))).status).toBe(429);
});

test.each(["CredentialsSignin", "Unavailable", "limited", "limited-", "limited-1x", "busy--1"])(
  "an answer with the error %s stays as next-auth gave it",
  async (error) => {
    const response = await withRetryAfter(answer(error));
    expect([response.status, response.headers.get("retry-after")]).toEqual([401, null]);
  },
);

test("what isn't a refused sign-in is passed on unread", async () => {
  const response = new Response("not json", { status: 200 });
  expect(await withRetryAfter(response)).toBe(response);
  expect(await (await withRetryAfter(new Response("not json", { status: 401 }))).text()).toBe(
    "not json",
  );
});

test("only a refusal that says when to try again is put into an address", () => {
  expect(formatSignInFailure(new AppError("session.refused", "No."))).toBeNull();
  expect(formatSignInFailure(new Error("limited-5"))).toBeNull();
});
