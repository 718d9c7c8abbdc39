/** Text as HTML. */

const SIGNS: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => SIGNS[sign] as string);
}

/** Something that scrolls is a place that the keyboard reaches, with a name. */
export function code(text: string, label: string): string {
  return `<pre tabindex="0" role="region" aria-label="${escaped(label)}"><code>${escaped(text)}</code></pre>`;
}

export function slug(kind: string, name: string): string {
  return `${kind}-${name.replace(/[^\w-]/g, "_")}`;
}

/** JSON as people write it: lists of numbers and names on one line. */
export function indented(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /\[\s+([^[\]{}]*?)\s+\]/g,
    (_, inner) => `[${inner.replace(/\n\s+/g, " ")}]`,
  );
}
