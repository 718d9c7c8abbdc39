/** A place to drop a file on, which is a file input for everyone else. */
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";

export interface DropProps {
  /** What is asked for, such as "Drop a file of offers". */
  label: string;
  /** Which files, such as "CSV, Parquet or Arrow". */
  hint: string;
  /** As of an input: ".csv,.parquet". Files that are dropped are told by their content. */
  accept?: string;
  onFile: (file: File) => void;
}

export function Drop({ label, hint, accept, onFile }: DropProps) {
  const isOver = useSignal(false);
  const id = useId();
  const take = (files: FileList | null | undefined) => {
    isOver.value = false;
    const [file] = files ?? [];
    if (file) onFile(file);
  };
  return (
    <label
      class={isOver.value ? "drop over" : "drop"}
      for={id}
      onDragOver={(event) => {
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={() => {
        isOver.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        take(event.dataTransfer?.files);
      }}
    >
      <strong>{label}</strong>
      <span class="muted">{hint}</span>
      <input
        id={id}
        type="file"
        accept={accept}
        aria-label={`${label}: ${hint}`}
        onChange={({ currentTarget }) => {
          take(currentTarget.files);
          // The same file, mended, may be chosen again.
          currentTarget.value = "";
        }}
      />
    </label>
  );
}
