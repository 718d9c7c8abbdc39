/**
 * The reference page: one file of plain HTML from the OpenAPI document, without scripts, fonts or anything else to load. Renderers of the
 * field bring one to three megabytes of script, and some ask a content network for them; this is read by people, by screen readers and by
 * `curl | less` alike, and runs wherever the application does.
 */

import type { Described, Operation } from "./described.js";
import examples from "./examples.json" with { type: "json" };
import { code, escaped, indented, slug } from "./html.js";
import { definition, type } from "./schema.js";
import { STYLE } from "./style.js";

/** Answers by method and path, as the application gave them to the examples of the requests (test/serve/docs/openapi.node.test.ts takes them anew). */
export const EXAMPLES: Readonly<Record<string, unknown>> = examples;

/** The page, and what its Content-Security-Policy must be: its own style, and nothing else. */
export interface DocsPage {
  html: string;
  policy: string;
}

/**
 * @param document of OpenAPI 3.1.
 * @param origin where the server is asked, for the curl lines.
 */
export async function docsPage(document: object, origin: string): Promise<DocsPage> {
  const described = document as Described;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(STYLE)));
  const hash = btoa(String.fromCharCode(...digest));
  return {
    html: page(described, origin),
    policy: `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };
}

interface Route extends Operation {
  method: string;
  path: string;
}

function page(document: Described, origin: string): string {
  const { info, tags, paths, components } = document;
  const routes: Route[] = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  );
  const of = (tag: string) => routes.filter((route) => route.tags.includes(tag));
  const schemas = Object.entries(components.schemas);
  const hasKeys = components.securitySchemes !== undefined;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(info.title)}: reference</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#main">To the routes</a>
<nav aria-label="Routes and schemas">
<p class="name"><a href="#main">${escaped(info.title)}</a></p>
${tags.map(({ name }) => `<h2>${escaped(name)}</h2>\n<ul>${of(name).map(entry).join("")}</ul>`).join("\n")}
<h2>Schemas</h2>
<ul>${schemas.map(([name]) => `<li><a href="#${slug("schema", name)}">${escaped(name)}</a></li>`).join("")}</ul>
</nav>
<main id="main">
<h1>${escaped(info.title)} <small>version ${escaped(info.version)}</small></h1>
<p>${escaped(info.description)} The same in the words of machines: <a href="/openapi.json">OpenAPI 3.1</a>.</p>
${hasKeys ? `<p>Routes that name a scope ask for a key that has it: <code>Authorization: Bearer KEY</code>.</p>` : ""}
<p>An error is <code>application/problem+json</code>, a <a href="#${slug("schema", "Problem")}">Problem</a>: its <code>type</code> is for programs,
its <code>detail</code> for people, its <code>pointer</code> names the field of the body. <em>Impossible</em> and <em>not found</em> are answers (200) with a <code>status</code>.</p>
${tags
  .map(
    ({ name, description }) =>
      `<section>\n<h2 id="${slug("tag", name)}">${escaped(name)}</h2>\n<p>${escaped(description)}</p>\n${of(name)
        .map((route) => section(route, origin))
        .join("\n")}\n</section>`,
  )
  .join("\n")}
<section>
<h2 id="schemas">Schemas</h2>
${schemas.map(([name, schema]) => `<article aria-labelledby="${slug("schema", name)}">\n<h3 id="${slug("schema", name)}">${escaped(name)}</h3>\n${definition(schema)}\n</article>`).join("\n")}
</section>
</main>
</body>
</html>
`;
}

function entry({ method, path, operationId }: Route): string {
  return `<li><a href="#${slug("route", operationId)}"><b class="${method}">${method}</b> ${escaped(path)}</a></li>`;
}

function section(route: Route, origin: string): string {
  const { method, path, operationId, summary, description, security, parameters = [] } = route;
  const scope = security?.[0]?.apiKey[0];
  const id = slug("route", operationId);
  return `<article aria-labelledby="${id}">
<h3 id="${id}"><b class="${method}">${method}</b> <code>${escaped(path)}</code></h3>
<p>${escaped(summary)}.${description ? ` ${escaped(description)}` : ""}${scope ? ` Scope: <code>${escaped(scope)}</code>.` : ""}</p>
${parameters.length > 0 ? parameterTable(parameters) : ""}
${bodyOf(route)}
${code(curl(route, origin, scope !== undefined), `curl for ${method} ${path}`)}
${answers(route)}
${exampleOf(route)}
</article>`;
}

function parameterTable(parameters: NonNullable<Operation["parameters"]>): string {
  const rows = parameters.map(
    ({ name, in: place, required, description, schema }) =>
      `<tr><th scope="row"><code>${escaped(name)}</code></th><td>${place}${required ? ", required" : ""}</td><td>${type(schema)} ${escaped(description ?? schema.description ?? "")}</td></tr>`,
  );
  return `<table><caption>Parameters</caption><thead><tr><th scope="col">Name</th><th scope="col">In</th><th scope="col">What</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function bodyOf({ method, path, requestBody }: Route): string {
  if (!requestBody) return "";
  return Object.entries(requestBody.content)
    .map(([media, { schema, example }]) => {
      const shown = example === undefined ? "" : code(indented(example), `Body of ${method} ${path}`);
      return `<h4>Body: <code>${escaped(media)}</code></h4>\n<p>${type(schema)}</p>\n${shown}`;
    })
    .join("\n");
}

function answers({ responses }: Route): string {
  const rows = Object.entries(responses).map(([status, { description, headers = {}, content = {} }]) => {
    const kinds = Object.entries(content).map(
      ([media, { schema }]) => `${type(schema)} <small>${escaped(media)}</small>`,
    );
    // Every answer has the request's id: said once.
    const own = Object.keys(headers).filter((name) => name !== "X-Request-Id");
    const also =
      own.length > 0 ? ` <small>with ${own.map((name) => `<code>${escaped(name)}</code>`).join(", ")}</small>` : "";
    return `<tr><th scope="row">${status}</th><td>${escaped(description)}${also}</td><td>${kinds.join("<br>") || "nothing"}</td></tr>`;
  });
  return `<table><caption>Answers, each with <code>X-Request-Id</code></caption><thead><tr><th scope="col">Status</th><th scope="col">When</th><th scope="col">Body</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

/** What the request above is answered. */
function exampleOf({ method, path, responses }: Route): string {
  const example = (responses[200] ?? responses[201])?.content?.["application/json"]?.example;
  if (example === undefined) return "";
  return `<h4>An answer</h4>\n${code(indented(example), `Answer to ${method} ${path}`)}`;
}

/** A line that runs as it stands, but for the key and the files. */
function curl({ method, path, requestBody, parameters = [] }: Route, origin: string, hasKey: boolean): string {
  const examples = new Map(parameters.map(({ name, schema, example }) => [name, example ?? schema.example]));
  const url = origin + path.replace(/\{(\w+)\}/g, (_, name) => String(examples.get(name) ?? "NAME"));
  const parts = [`curl${method === "GET" ? "" : ` -X ${method}`} '${url}'`];
  if (hasKey) parts.push("-H 'authorization: Bearer KEY'");
  const needed = parameters.filter((one) => one.in === "header" && one.required);
  for (const { name } of needed) parts.push(`-H '${name}: ${String(examples.get(name) ?? "")}'`);
  const [media, body] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (media === "multipart/form-data") parts.push("-F 'part1=@part1.bin'", "-F 'part2=@part2.bin'");
  else if (media && body) {
    parts.push(`-H 'content-type: ${media}'`);
    const text = body.example === undefined ? "@FILE" : JSON.stringify(body.example).replaceAll("'", "'\\''");
    parts.push(`--data-binary '${text}'`);
  }
  return parts.join(" \\\n  ");
}
