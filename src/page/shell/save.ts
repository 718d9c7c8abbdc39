/** Hands a file to the person at the page. */
export function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Browsers begin to read in a later turn.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
