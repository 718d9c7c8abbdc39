/** What the columns of the experiment mean. */
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { Choice, Preview } from "../files/preview.js";
import { experimentFile, judge, modelFile, work } from "./state.js";
import type { Look, Mapping } from "./types.js";

export function MappingCard({ look }: { look: Look }) {
  const mapping = useSignal<Mapping>(guessed(look));
  const now = mapping.value;
  const put = (part: Partial<Mapping>) => {
    mapping.value = { ...now, ...part };
  };
  const names = look.columns.map(({ name }) => name);
  const seen = [...new Set(look.columns.find(({ name }) => name === now.treatment)?.cells ?? [])].join(", ");
  const problem =
    now.treatment === ""
      ? "Say which column holds what each person got."
      : now.outcome === ""
        ? "Say which column holds what came of it."
        : now.control === ""
          ? "Write how the file calls the people who got nothing."
          : undefined;
  const [model, experiment] = [modelFile.value, experimentFile.value];
  return (
    <section class="card grid" aria-label="Columns">
      <h2>What the columns mean</h2>
      <Preview columns={look.columns} />
      <div class="grid files">
        <Choice
          label="What each person got"
          names={names}
          value={now.treatment}
          onChoice={(treatment) => put({ treatment })}
        />
        <Text
          label="Who got nothing is called"
          value={now.control}
          hint={seen && `first rows: ${seen}`}
          onText={(control) => put({ control })}
        />
        <Choice label="What came of it" names={names} value={now.outcome} onChoice={(outcome) => put({ outcome })} />
        <Choice
          label="What it cost (if a column says)"
          names={names}
          value={now.cost}
          onChoice={(cost) => put({ cost })}
        />
        {now.cost === "" && (
          <Text
            label="Or what each offer costs"
            value={now.costs}
            hint="such as mail=0.5, call=3; without costs there is no policy curve"
            onText={(costs) => put({ costs })}
          />
        )}
      </div>
      {problem && (
        <p class="note" role="status">
          {problem}
        </p>
      )}
      <div>
        <button
          type="button"
          class="main"
          disabled={problem !== undefined || work.value !== undefined}
          onClick={() => model && experiment && judge({ kind: "files", model, experiment, mapping: now })}
        >
          Judge the model
        </button>
      </div>
    </section>
  );
}

interface TextProps {
  label: string;
  value: string;
  hint: string;
  onText: (text: string) => void;
}

function Text({ label, value, hint, onText }: TextProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id} class="muted">
        {label}
      </label>
      <input
        id={id}
        value={value}
        autocomplete="off"
        aria-describedby={`${id}-hint`}
        onInput={({ currentTarget }) => onText(currentTarget.value)}
      />
      <span id={`${id}-hint`} class="muted hint">
        {hint}
      </span>
    </div>
  );
}

/** Columns by the names that such files use; "" where none fits. */
function guessed({ columns, features }: Look): Mapping {
  const free = columns.filter(({ name }) => !features.includes(name));
  const named = (pattern: RegExp) => free.find(({ name }) => pattern.test(name));
  const treatment = named(/treat|arm|group|segment|variant|offer/i);
  const control = treatment?.cells.find((cell) => /^(0|no|none|control|nothing|no e-?mail)$/i.test(cell.trim()));
  return {
    treatment: treatment?.name ?? "",
    control: control ?? (treatment?.isNumber ? "0" : ""),
    outcome: named(/outcome|conver|visit|spend|purchase|revenue|^y$/i)?.name ?? "",
    cost: named(/^costs?$/i)?.name ?? "",
    costs: "",
  };
}
