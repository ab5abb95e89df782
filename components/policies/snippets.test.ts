import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { exampleFiles, fitExample } from "./snippets";

test.each(exampleFiles)(
  "the example configuration for $label names only this service and this Chancery",
  ({ file }) => {
    const fitted = fitExample(readFileSync(file, "utf8"), {
      service: "wiki",
      host: "ca.example.org",
      port: 8444,
    });
    expect(fitted).toMatch(/\/api\/v1\/authorize(\?service=|\/)wiki\b/);
    expect(fitted).toContain("ca.example.org");
    expect(fitted).toMatch(/ca\.example\.org:8444|port_value: 8444/);
    expect(fitted).not.toMatch(/payments|chancery\.example\.com|3444/);
  },
);
