"use client";

import { signIn } from "next-auth/react";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { textOf } from "@/components/forms/form-values";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/input";

const wrong = "The e-mail address or the password is not right.";
const unavailable = "Signing in is not possible right now. Try again in a moment.";

/** Signs in with e-mail address and password. Every failure reads the same, so that nobody learns which accounts exist. */
export function SignInForm({
  next,
  focus = true,
}: Readonly<{
  /** A path of our own. */ next: string;
  /** The first field takes the focus. */ focus?: boolean | undefined;
}>) {
  const [error, setError] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (error) password.current?.select();
  }, [error]);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setPending(true);
    const answer = await signIn("credentials", {
      email: textOf(form, "email"),
      password: textOf(form, "password"),
      redirect: false,
    }).catch(() => undefined);
    if (answer?.ok && !answer.error) {
      window.location.assign(next);
      return;
    }
    setPending(false);
    setError(answer?.error === "CredentialsSignin" ? wrong : unavailable);
  };
  return (
    <form
      onSubmit={(event) => {
        void submit(event);
      }}
      className="flex flex-col gap-4"
    >
      {error && (
        <Banner tone="danger" live>
          {error}
        </Banner>
      )}
      <TextField
        label="E-mail address"
        name="email"
        type="email"
        autoComplete="username"
        required
        autoFocus={focus}
      />
      <TextField
        ref={password}
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
      />
      <Button type="submit" variant="primary" size="lg" block loading={pending}>
        Sign in
      </Button>
    </form>
  );
}
