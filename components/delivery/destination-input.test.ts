import { describe, expect, test } from "vitest";
import { destinationInput } from "@/lib/delivery/schema";
import { destinationFields, destinationInputOf } from "./destination-input";

const form = (values: Record<string, string>): FormData => {
  const data = new FormData();
  for (const [name, value] of Object.entries(values)) data.set(name, value);
  return data;
};
const head = { name: "on call", minSeverity: "high" };

describe("the destination form as input of the schema", () => {
  test("the form of each kind gives valid input", () => {
    const email = {
      ...head,
      host: "smtp.example.com",
      port: "587",
      security: "starttls",
      user: " alerts ",
      secret: "p",
      from: "ca@example.com",
      to: "a@example.com, b@example.com\n",
      ca: "",
    };
    expect(destinationInput.parse(destinationInputOf(form(email), "email"))).toMatchObject({
      config: { kind: "email", port: 587, user: "alerts", to: ["a@example.com", "b@example.com"] },
      secret: "p",
    });
    expect(
      destinationInput.parse(
        destinationInputOf(
          form({ ...head, url: " https://hooks.example.com/ ", ca: "" }),
          "webhook",
        ),
      ),
    ).toEqual({
      ...head,
      config: { kind: "webhook", url: "https://hooks.example.com/", ca: "" },
      secret: undefined,
    });
    expect(
      destinationInput.parse(
        destinationInputOf(form({ ...head, secret: "https://hooks.example.com/x" }), "slack"),
      ),
    ).toMatchObject({ config: { kind: "slack" }, secret: "https://hooks.example.com/x" });
    expect(
      destinationInput.parse(
        destinationInputOf(
          form({
            ...head,
            host: "siem.example.com",
            port: "",
            transport: "tls",
            facility: "13",
            ca: "",
            secret: "left from another kind",
          }),
          "syslog",
        ),
      ),
    ).toMatchObject({ config: { port: 6514, facility: 13 }, secret: undefined });
  });
  test("an invalid value is reported at its field", () => {
    const findings = (kind: "email" | "syslog", values: Record<string, string>) =>
      destinationInput
        .safeParse(destinationInputOf(form(values), kind))
        .error?.issues.map(({ path }) => path.slice(0, 2).join(".")) ?? [];
    const wrong = [
      ...findings("email", {
        ...head,
        name: "",
        host: "a b",
        port: "many",
        security: "starttls",
        from: "nobody",
        to: "",
      }),
      ...findings("syslog", {
        ...head,
        host: "siem",
        port: "70000",
        transport: "tls",
        facility: "13",
        ca: "no PEM",
      }),
    ];
    expect(wrong).toEqual([
      "name",
      "config.host",
      "config.port",
      "config.from",
      "config.to",
      "config.port",
      "config.ca",
    ]);
    for (const path of wrong) expect(destinationFields).toContain(path);
  });
});
