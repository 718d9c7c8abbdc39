/** The reference page, in every runtime: whole, and loading nothing. */
import { describe, expect, it } from "vitest";
import { docsPage } from "../../../src/serve/docs/index.js";
import { createApp } from "../../../src/serve/index.js";
import { get, quiet } from "../asking.js";

const keys = [{ key: "a-key-that-solves-0001", scopes: ["solve"] as const }];
const of = createApp({ ...quiet, keys });
const { body: html, headers, status } = await get("/docs", { of });
const { body: document } = await get("/openapi.json", { of });

describe("/docs", () => {
  it("has every route, status, schema and example", () => {
    expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=UTF-8"]);
    for (const [path, methods] of Object.entries(
      document.paths as Record<string, Record<string, { responses: object; operationId: string }>>,
    )) {
      for (const [method, { responses, operationId }] of Object.entries(methods)) {
        const article = html.split(`id="route-${operationId}"`)[1]?.split("</article>")[0];
        expect(article).toContain(`${method.toUpperCase()}</b> <code>${path}</code>`);
        for (const code of Object.keys(responses)) expect(article).toContain(`<th scope="row">${code}</th>`);
        expect(article).toContain("curl ");
      }
    }
    for (const name of Object.keys(document.components.schemas)) expect(html).toContain(`<h3 id="schema-${name}">`);
    expect(html).toContain(`--data-binary &#39;{&quot;offers&quot;:{&quot;options&quot;`);
  });

  it("loads nothing, and points nowhere that is not there", () => {
    expect(html).not.toMatch(
      /<(script|link|img|iframe|object|embed|base|form|source|video|audio)\b|\bsrc=|@import|url\(|\son\w+=/i,
    );
    expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]{43}='; /);
    const ids = new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id));
    const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, link]) => link as string);
    expect(links.length).toBeGreaterThan(100);
    expect(
      links.filter((link) => link !== "/openapi.json" && !(link.startsWith("#") && ids.has(link.slice(1)))),
    ).toEqual([]);
    expect(ids.size).toBe([...html.matchAll(/\sid="/g)].length);
  });

  it("writes words of others as text", async () => {
    const hostile = structuredClone(document);
    const evil = `<img src=x onerror="alert(1)">'&`;
    hostile.info.title = evil;
    hostile.paths["/healthz"].get.summary = evil;
    hostile.components.schemas.Problem.description = evil;
    hostile.components.schemas.Problem.properties[evil] = { type: "string", example: evil, enum: [evil] };
    const { html: written } = await docsPage(hostile, `http://x/${evil}`);
    expect(written).not.toMatch(/<img|="alert/);
    expect(written).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&amp;");
  });
});
