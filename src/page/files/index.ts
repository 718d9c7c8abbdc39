/** The readers of src/files for the tasks of any flow: loaded when a file is there. */

/** What opens a dropped file. */
export function fileReaders(): Promise<typeof import("./open.js")> {
  return import("./open.js");
}
