/** The readers of src/files for the tasks of any flow: loaded when a file is there. */

/** What opens a dropped file, once what the readers need of Node is in its place. */
export async function fileReaders(): Promise<typeof import("./open.js")> {
  await provideNode();
  return import("./open.js");
}

/** Before anything of src/files is loaded. */
export async function provideNode(): Promise<void> {
  (await import("./buffer.js")).provideBuffer();
}
