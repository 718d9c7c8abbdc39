/** What changed, for those who listen to the page. */
import { signal } from "@preact/signals";

const said = signal("");
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says a sentence to screen readers, once what is being dragged rests. */
export function announce(sentence: string): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    said.value = sentence;
  }, 400);
}

export function LiveRegion() {
  return (
    <output class="unseen" aria-live="polite">
      {said}
    </output>
  );
}
